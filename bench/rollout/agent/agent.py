"""The least that keeps an agent's contract: it answers GET /api/status with its name until it is ended.

It traces nothing, so that hundreds of it fit on a machine and a benchmark times the rollout, not the agents.
"""

import os
import socket


def setting(text, table, key):
    """A value of a configuration file in which every value stands on a line of its own, without quotes."""
    here = False
    for line in text.splitlines():
        if line.startswith("["):
            here = line.strip() == f"[{table}]"
        name, equals, value = line.partition("=")
        if here and equals and name.strip() == key:
            return value.strip().strip('"')
    raise SystemExit(f"{os.environ['DEEPTRACE_CONFIG']} has no {key} in [{table}]")


def answer(request, status):
    if request.startswith(b"GET /api/status "):
        head, body = "200 OK", status
    else:
        head, body = "404 Not Found", "{}"
    lines = f"HTTP/1.1 {head}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
    return f"{lines}\r\n\r\n{body}".encode()


def main():
    with open(os.environ["DEEPTRACE_CONFIG"], encoding="utf-8") as file:
        config = file.read()
    name = setting(config, "agent", "name")
    server = socket.create_server((setting(config, "api", "address"), int(setting(config, "api", "port"))), backlog=64)
    with open(os.path.join(os.environ["DEEPTRACE_STATE"], "agent.pid"), "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    status = f'{{"name":"{name}"}}'
    while True:
        client, _ = server.accept()
        with client:
            client.settimeout(5)
            try:
                client.sendall(answer(client.recv(4096), status))
            except OSError:
                # Who asked has gone; the next one is served as well.
                continue


main()
