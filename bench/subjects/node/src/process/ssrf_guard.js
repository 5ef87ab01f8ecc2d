// Blocks deliveries to private networks (SSRF protection). The guard checks the address of the connection, after name
// resolution. A name therefore cannot resolve to one address for the check and to another for the connection.

import dns from 'node:dns';
import { BlockList, isIPv4 } from 'node:net';

// https://www.iana.org/assignments/iana-ipv4-special-registry/
const SPECIAL_V4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/3',
];
// Global unicast addresses, except special-purpose blocks and 6to4, which embeds IPv4 addresses.
const GLOBAL_V6 = ['2000::/3'];
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

// Returns three functions: `isListed` checks an address against `privateNetworks`, `isAllowed` reports whether a
// connection may use an address, and `lookup` resolves a name to allowed addresses.
export function createSsrfGuard(privateNetworks) {
  const listed = toBlockList(privateNetworks);
  const special = toBlockList([...SPECIAL_V4, ...SPECIAL_V6]);
  const globalV6 = toBlockList(GLOBAL_V6);

  const isListed = (address) => listed.check(address, family(address));
  const isPublic = (address) =>
    !special.check(address, family(address)) && (isIPv4(address) || globalV6.check(address, 'ipv6'));
  const isAllowed = (address) => isPublic(address) || isListed(address);

  function lookup(name, options, callback) {
    dns.lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error);
      // A private address among public ones indicates DNS rebinding, so the guard then blocks all of them.
      const blocked = addresses.find(({ address }) => !isAllowed(address));
      if (blocked) return callback(Object.assign(new Error('blocked'), { code: 'BLOCKED' }));
      if (options.all) return callback(null, addresses);
      return callback(null, addresses[0].address, addresses[0].family);
    });
  }
  return { isListed, isAllowed, lookup };
}

function toBlockList(networks) {
  const blocks = new BlockList();
  for (const network of networks) {
    const [address, prefix] = network.split('/');
    blocks.addSubnet(address, Number(prefix), family(address));
  }
  return blocks;
}

const family = (address) => (isIPv4(address) ? 'ipv4' : 'ipv6');
