"""Health check of the container: Odoo answers /web/health with status "pass"."""

import json
import os
import sys
import urllib.request


def main():
    """Return 0 when this container's own Odoo is healthy, else 1."""
    host = os.environ.get("HTTP_INTERFACE", "")
    if host in {"", "0.0.0.0", "::"}:
        host = "127.0.0.1"
    url = f"http://{host}:{os.environ.get('HTTP_PORT') or 8069}/web/health"
    # No proxy of the environment between the container and itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as response:
            answer = json.load(response)
    except (OSError, ValueError) as error:
        print(f"{url}: {error}")
        return 1
    print(f"{url}: {answer}")
    return 0 if answer.get("status") == "pass" else 1


if __name__ == "__main__":
    sys.exit(main())
