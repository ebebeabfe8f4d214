import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCallSign } from '../../src/at/calls.ts'
import { VECTORS } from './vectors.ts'

for (const [line, sign] of [
  ['+CRING: REL ASYNC', { kind: 'ring' }],
  ['+CLIP: "+4917012345",145,,,,0', { kind: 'caller', from: '+4917012345' }],
  ['+CLIP: "4917012345",145,"",,"",0', { kind: 'caller', from: '+4917012345' }],
  ['+CLIP: "017012345",129,,,,0', { kind: 'caller', from: '017012345' }],
  ['+CLIP: "",128,,,,1', { kind: 'caller', from: null }],
  ['+CLIP: ,,,,,2', { kind: 'caller', from: null }],
  ['NO CARRIER', { kind: 'end' }],
  ['HANGUP: 1', { kind: 'end' }],
  ['+CMTI: "SM",1', undefined],
] as const) {
  test(`${line} is ${JSON.stringify(sign) ?? 'no sign of a call'}`, () => assert.deepEqual(readCallSign(line), sign))
}

for (const { id, lines, parsed } of VECTORS.filter((vector) => vector.parsed.kind === 'ring')) {
  test(`the recorded ${id} is a ring`, () => assert.deepEqual(readCallSign(lines[0] ?? ''), { kind: parsed.kind }))
}
