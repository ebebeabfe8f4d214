import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCgpaddr } from '../../src/at/responses-data.ts'

// 3GPP TS 27.007 section 10.1.14; IPv6 as 16 decimal numbers, or with colons where +CGPIAF asks for them.
const ROWS = [
  ['+CGPADDR: 1,"10.64.7.9"', { cid: 1, ip: '10.64.7.9', ipv6: null }],
  ['+CGPADDR: 1,10.64.7.9', { cid: 1, ip: '10.64.7.9', ipv6: null }],
  ['+CGPADDR: 1,"0.0.0.0"', { cid: 1, ip: null, ipv6: null }],
  ['+CGPADDR: 2,""', { cid: 2, ip: null, ipv6: null }],
  ['+CGPADDR: 2', { cid: 2, ip: null, ipv6: null }],
  [
    '+CGPADDR: 1,"10.64.7.9","32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"',
    { cid: 1, ip: '10.64.7.9', ipv6: '2001:db8:0:0:0:0:0:1' },
  ],
  ['+CGPADDR: 1,"32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.1"', { cid: 1, ip: null, ipv6: '2001:db8:0:0:0:0:0:1' }],
  ['+CGPADDR: 1,"2001:DB8::1"', { cid: 1, ip: null, ipv6: '2001:db8::1' }],
  ['+CGPADDR: 1,"10.64.7.9 2001:DB8::1"', { cid: 1, ip: '10.64.7.9', ipv6: '2001:db8::1' }],
  ['+CGPADDR: 1,"0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"', { cid: 1, ip: null, ipv6: null }],
  ['+CGPADDR: 1,"32.1.13.999.0.0.0.0.0.0.0.0.0.0.0.1"', { cid: 1, ip: null, ipv6: null }],
] as const

for (const [line, expected] of ROWS) {
  test(`the addresses in ${line}`, () => assert.deepEqual(parseCgpaddr(line), expected))
}

test('another line is not taken for addresses, and a broken one is said to be broken', () => {
  assert.equal(parseCgpaddr('+CGACT: 1,1'), undefined)
  assert.throws(() => parseCgpaddr('+CGPADDR: x'), { code: 'protocol' })
})
