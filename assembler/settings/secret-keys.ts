const secretKey = /(password|passphrase|passwd|secret|token|credential|private_?key|api_?key|^ssh_key|^headers)$/i;

/** Whether a key's value must never be shown: host_password, ssh_key, api_token, what headers say; not ssh_key_path or host_key. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key);
}

/** A text with what may be secret in it hidden: the user part of URLs. */
export function maskUrls(text: string): string {
  return text.replace(/\/\/[^/\s@"']+@/g, "//[secret]@");
}
