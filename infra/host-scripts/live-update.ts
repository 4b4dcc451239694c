/** Where an agent takes changes of its settings while it runs, in JSON of the same structure as its file. */
const updatePath = "/api/config/update";

/**
 * Shell functions that hand a new configuration to a running agent. The function `update_content` prints it as JSON. It holds the password, so it
 * goes to the client on stdin; wget takes a body only from a file or its command line, so where there is nothing better the agent restarts.
 */
export const liveUpdate = String.raw`# The keys of a file as we write it. To an agent the entries of ebpf.services are one value; every other table is merged key by key.
config_keys() {
  awk '
    /^\[/ { gsub(/^\[+|\]+[ \t]*$/, ""); table = $0; if (table == "ebpf.services") print table; next }
    /^[^#=]+=/ { sub(/[ \t]*=.*/, ""); if (table != "ebpf.services") print table "." $0 }' "$1" | sort -u
}

# An update lays its values over those of the agent, so a key that is gone would stay.
loses_keys() {
  config_keys "$1" | grep -qvxF "$(config_keys "$2")"
}

# Prints the HTTP status of the answer; nothing if nobody on this host can ask.
send_update() (
  unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
  if command -v curl >/dev/null 2>&1; then
    update_content | curl -s -m 20 -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Expect:' --data-binary @- \
      "http://$health_host:$health_port${updatePath}"
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    update_content | timeout 20 bash -c 'body=$(cat)
      exec 3<>"/dev/tcp/$0/$1" || exit 1
      printf "POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %s\r\n\r\n%s" "$2" "${"$"}{#body}" "$body" >&3
      read -r _ status _ <&3 && printf %s "$status"' "$health_address" "$health_port" ${updatePath}
  fi
)

takes_live() {
  answers && [ "$(send_update 2>/dev/null)" = 200 ]
}`;

/** The same question for a program that takes nothing live. */
export const noLiveUpdate = `loses_keys() {
  :
}

takes_live() {
  false
}`;
