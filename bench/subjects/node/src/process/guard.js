// Keeps deliveries out of private networks. The check is on the address that is connected to, after resolution, so that
// no name can stand for one address when it is checked and for another when it is used.

import dns from 'node:dns';
import { BlockList, isIPv4 } from 'node:net';

// https://www.iana.org/assignments/iana-ipv4-special-registry/
const SPECIAL_V4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24',
  '224.0.0.0/3',
];
// Only global unicast, less what is carved out of it and less 6to4, which is a form of IPv4.
const GLOBAL_V6 = ['2000::/3'];
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

// A function that says whether an address may be connected to, and one that resolves names to such addresses only.
export function createGuard(privateNetworks) {
  const listed = networks(privateNetworks);
  const special = networks([...SPECIAL_V4, ...SPECIAL_V6]);
  const globalV6 = networks(GLOBAL_V6);

  const lists = (address) => listed.check(address, family(address));
  const isPublic = (address) =>
    !special.check(address, family(address)) && (isIPv4(address) || globalV6.check(address, 'ipv6'));
  const allows = (address) => isPublic(address) || lists(address);

  function lookup(name, options, done) {
    dns.lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error);
      // One private address among public ones is a sign of rebinding: none of them is used.
      const blocked = addresses.find(({ address }) => !allows(address));
      if (blocked) return done(Object.assign(new Error('blocked'), { code: 'BLOCKED' }));
      if (options.all) return done(null, addresses);
      return done(null, addresses[0].address, addresses[0].family);
    });
  }
  return { lists, allows, lookup };
}

function networks(list) {
  const blocks = new BlockList();
  for (const network of list) {
    const [address, prefix] = network.split('/');
    blocks.addSubnet(address, Number(prefix), family(address));
  }
  return blocks;
}

const family = (address) => (isIPv4(address) ? 'ipv4' : 'ipv6');
