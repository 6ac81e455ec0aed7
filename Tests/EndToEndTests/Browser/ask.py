"""Asks the dashboard as strangers, friends and Prometheus do: python3 ask.py PORT [TOKEN]."""

import http.client
import sys

PORT = int(sys.argv[1])
TOKEN = sys.argv[2] if len(sys.argv) > 2 else None


def ask(path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    policy = answer.getheader("Content-Security-Policy")
    assert policy.startswith("default-src 'none'"), policy
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Access-Control-Allow-Origin") is None
    return answer.status, body, answer


def expect(status, path, method="GET", **headers):
    answer = ask(path, method, **headers)
    assert answer[0] == status, (path, headers, answer[0], answer[1])
    return answer


PATHS = ["/", "/metrics", "/api/events?sweep=x", "/api/failures?sweep=x", "/nothing", "/?token=wrong"]

if TOKEN is None:
    status, page, answer = expect(200, "/")
    nonce = answer.getheader("Content-Security-Policy").split("'nonce-")[1].split("'")[0]
    assert page.count(nonce) == 2 and nonce not in ask("/")[1]
    assert "windrow_coordinator_up 1" in expect(200, "/metrics")[1]
    for path in PATHS:
        for host in ("evil.example", f"evil.example:{PORT}", f"127.0.0.1.evil.example:{PORT}"):
            expect(421, path, Host=host)
    for host in (f"localhost:{PORT}", "localhost:9", "[::1]:9", "127.0.0.1"):
        expect(200, "/", Host=host)
    expect(404, "/nothing")
    expect(404, "/api/failures?sweep=none")
    expect(400, "/api/log?sweep=none&trial=..%2F..%2Fetc%2Fpasswd")
    expect(400, "/api/log?sweep=none")
    for method in ("POST", "PUT", "DELETE"):
        assert expect(405, "/", method)[2].getheader("Allow") == "GET"
else:
    for path in PATHS:
        status, body, answer = expect(401, path)
        assert "token" in body and TOKEN not in body
        assert answer.getheader("WWW-Authenticate").startswith("Bearer")
        expect(401, path, Authorization="Bearer " + TOKEN + "x")
        expect(401, path, Cookie="windrow_dashboard=" + TOKEN)
    expect(200, "/", Authorization="Bearer " + TOKEN)
    assert "windrow_coordinator_up 1" in expect(200, "/metrics", Authorization="Bearer " + TOKEN)[1]
    status, body, answer = expect(303, "/?token=" + TOKEN)
    cookie = answer.getheader("Set-Cookie")
    assert answer.getheader("Location") == "/" and TOKEN not in cookie
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    # With a cookie it answers to any of the machine's names.
    expect(200, "/", Cookie=cookie.split(";")[0], Host="head-node:8650")
