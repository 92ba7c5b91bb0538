"""Another implementation of multicast DNS (python-zeroconf), told what to do by lines of its standard input.

Usage: zeroconf_peer.py INTERFACE_ADDRESS
  browse TYPE                   tells `+ NAME HOST PORT ADDRESSES KEY=VALUE,...` and `- NAME` of every change, as JSON lists
  publish TYPE NAME HOST PORT   tells ["published", NAME], the name being what it came to
  unpublish                     tells ["unpublished"]
Ends at the end of its input, taking leave.
"""

import json
import socket
import sys

from zeroconf import ServiceBrowser, ServiceInfo, ServiceListener, Zeroconf


def tell(*what):
    print(json.dumps(what), flush=True)


class Listener(ServiceListener):
    def there(self, zeroconf, kind, name):
        info = zeroconf.get_service_info(kind, name, timeout=3000)
        if info is None:
            return tell("unresolved", name)
        text = {key.decode(): None if value is None else value.decode() for key, value in info.properties.items()}
        label = name.removesuffix("." + kind)
        tell("+", label, info.server.removesuffix("."), info.port, info.parsed_addresses(), text)

    add_service = there
    update_service = there

    def remove_service(self, zeroconf, kind, name):
        tell("-", name.removesuffix("." + kind))


def main():
    address = sys.argv[1]
    zeroconf = Zeroconf(interfaces=[address])
    published = None
    tell("ready")
    for line in sys.stdin:
        command, *arguments = line.rstrip("\n").split("\t")
        if command == "browse":
            ServiceBrowser(zeroconf, arguments[0] + ".local.", Listener())
        elif command == "publish":
            kind, name, host, port = arguments
            kind += ".local."
            published = ServiceInfo(
                kind,
                f"{name}.{kind}",
                port=int(port),
                addresses=[socket.inet_aton(address)],
                properties={"path": "/x", "flag": None, "empty": ""},
                server=host + ".local.",
            )
            zeroconf.register_service(published, allow_name_change=True)
            tell("published", published.name.removesuffix("." + kind))
        elif command == "unpublish":
            zeroconf.unregister_service(published)
            tell("unpublished")
    zeroconf.close()


main()
