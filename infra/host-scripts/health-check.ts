/** Seconds that a program has from its start until it must answer. */
export const healthDeadlineSeconds = 30;

/** Shell functions that ask a program on its own port whether it is well, and wait until it is. */
export const healthCheck = String.raw`pause() {
  sleep 0.2 2>/dev/null || sleep 1
}

# What answers on the program's own port; status 3 if nothing on this host can ask.
ask() (
  unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
  if command -v curl >/dev/null 2>&1; then
    curl -fs -m 3 "http://$health_host:$health_port$health_path"
  elif command -v wget >/dev/null 2>&1; then
    wget -q -T 3 -O - "http://$health_host:$health_port$health_path"
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" "$2" >&3 && cat <&3' \
      "$health_address" "$health_port" "$health_path"
  else
    exit 3
  fi
)

# Another program on our port is not us: the answer has the name of who gives it.
answers() {
  status=0
  answer=$(ask 2>/dev/null) || status=$?
  [ "$status" -ne 3 ] || return 0
  [ "$status" -eq 0 ] || return 1
  case $answer in
    "HTTP/1."?" 200"*) ;;
    HTTP/*) return 1 ;;
  esac
  case $answer in
    *"\"name\":\"$health_name\""* | *"\"name\": \"$health_name\""*) return 0 ;;
  esac
  case $(printf '%s' "$answer" | tr -d ' \r\n') in
    *"\"name\":\"$health_name\""*) return 0 ;;
    *'"name":'*) [ -z "$health_name" ] ;;
  esac
}

# Whatever a program writes into its log, the secrets of its configuration go no further.
without_secrets() {
  set --
  for file in "$config_file" "$config_file.previous"; do [ ! -f "$file" ] || set -- "$@" "$file"; done
  awk '
    reading {
      if (tolower($0) !~ /(password|passphrase|passwd|secret|token|credential|private_?key|api_?key|ssh_key)["\047]?[ \t]*=[ \t]*"./) next
      sub(/^[^=]*=[ \t]*"/, "")
      sub(/"[ \t]*$/, "")
      gsub(/\\"/, "\"")
      gsub(/\\\\/, "\\")
      secrets[++count] = $0
      next
    }
    {
      for (i = 1; i <= count; i++) {
        rest = $0
        $0 = ""
        while (at = index(rest, secrets[i])) {
          $0 = $0 substr(rest, 1, at - 1) "[secret]"
          rest = substr(rest, at + length(secrets[i]))
        }
        $0 = $0 rest
      }
      print
    }' reading=1 "$@" reading=0 -
}

explain() {
  printf '%s: %s; its last words:\n' "$label" "$1" >&2
  last_words | without_secrets | sed 's/^/  /' >&2
  exit 1
}

wait_until_healthy() {
  until=$(($(date +%s) + deadline))
  ends=$(times_ended) looks=0
  until answers && is_running; do
    # Most programs answer at the second or third look, and to ask how they are costs more than to ask them.
    if [ $((looks % 4)) -eq 3 ]; then
      # It may have been started again since.
      { is_running && [ "$(times_ended)" = "$ends" ]; } || explain "ended right after its start"
      [ "$(date +%s)" -lt "$until" ] || explain "does not answer on http://$health_host:$health_port$health_path within $deadline s"
    fi
    looks=$((looks + 1))
    pause
  done
}`;
