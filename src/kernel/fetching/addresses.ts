/** Which addresses of the internet the workbench may be sent to: those of machines that are open to everybody, and no others. */
import { BlockList, isIP } from 'node:net'

/** IPv4 addresses that are somebody's own network, this machine, or no machine at all. */
const closed = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24],
  ['192.0.2.0', 24], ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) closed.addSubnet(net, prefix, 'ipv4')
// The one metadata service of a large host that has an address among the public ones.
closed.addAddress('168.63.129.16', 'ipv4')

/** Of IPv6 only this part is given to machines anybody may reach; loopback, link-local, private, mapped and translated addresses are all outside of it. */
const given = new BlockList()
given.addSubnet('2000::', 3, 'ipv6')
/** What inside of it is not: tunnels that carry an IPv4 address within, tests and documentation. */
const tunnelled = new BlockList()
for (const [net, prefix] of [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20]] as const) tunnelled.addSubnet(net, prefix, 'ipv6')

/** Whether a numerical address is a machine on the public internet. What is no address is not. */
export function isPublicAddress(address: string): boolean {
  const family = address.includes('%') ? 0 : isIP(address)
  if (family === 4) return !closed.check(address, 'ipv4')
  return family === 6 && given.check(address, 'ipv6') && !tunnelled.check(address, 'ipv6')
}
