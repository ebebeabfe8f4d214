import { afterPrefix, parseParameters, requireNumbers, textOf } from './parameters.ts'

/** The addresses of one data context, `null` for those it does not have. */
export interface ContextAddresses {
  readonly cid: number
  readonly ip: string | null
  readonly ipv6: string | null
}

/**
 * `AT+CGPADDR=1` (3GPP TS 27.007 section 10.1.14): an address of either kind, or one of each. IPv6 comes as 16 decimal numbers
 * unless another format was chosen. Reads `+CGPADDR: 1,"10.64.7.9"`, quotes optional.
 */
export function parseCgpaddr(line: string): ContextAddresses | undefined {
  const rest = afterPrefix(line, '+CGPADDR')
  if (rest === undefined) return undefined
  const parameters = parseParameters(rest)
  const [cid = 0] = requireNumbers(line, parameters, 1)
  const told = parameters.slice(1).flatMap((parameter) => textOf(parameter)?.split(' ') ?? [])
  return {
    cid,
    ip: told.find((address) => /^\d+(?:\.\d+){3}$/.test(address) && address !== '0.0.0.0') ?? null,
    ipv6: told.map(ipv6Of).find((address) => address !== null && !/^[0:]+$/.test(address)) ?? null,
  }
}

/** Groups of four hex digits without leading zeros, none left out. */
function ipv6Of(address: string): string | null {
  if (address.includes(':')) return address.toLowerCase()
  const octets = address.split('.').map(Number)
  if (octets.length !== 16 || octets.some((octet) => !(octet <= 255))) return null
  return Array.from({ length: 8 }, (_, group) =>
    ((octets[2 * group] ?? 0) * 256 + (octets[2 * group + 1] ?? 0)).toString(16),
  ).join(':')
}
