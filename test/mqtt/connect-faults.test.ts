import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { CONNECT_FAULTS, explainFault, faultOf, isCut } from '../../src/mqtt/connect-faults.ts'

const explain = (code: string | number | undefined, raw = 'raw words'): string =>
  explainFault({ code, raw }, 'broker.lan:1883', 'my-bridge')

describe('a failure to connect', () => {
  const codes = CONNECT_FAULTS.flatMap((row) => [...row.codes] as (string | number)[])

  test('has one explanation for each code', () => {
    assert.deepEqual(codes.toSorted(), [...new Set(codes)].toSorted())
  })

  for (const code of codes) {
    test(`is explained in one line that names the broker, or the option, when the code is ${code}`, () => {
      const line = explain(code)
      assert.match(line, /broker\.lan:1883|mqtt\.(ca|cert)/)
      assert.doesNotMatch(line, /[{}\n]|undefined/)
      assert.match(line, /\.$|raw words$/)
    })
  }

  test('names the client id where that is the matter', () => {
    for (const code of [2, 133, 142, 'cut repeatedly']) assert.match(explain(code), /"my-bridge".*mqtt\.client_id/)
  })

  test('is told in the words of whoever failed when the code is unknown', () => {
    assert.match(explain('EWHATEVER'), /broker\.lan:1883 failed: raw words$/)
    assert.match(explain(undefined, '$& {broker}'), /failed: \$& \{broker\}$/)
  })

  const ERRORS: readonly (readonly [what: string, error: unknown, code: string | number | undefined])[] = [
    ['a system error', Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['a refusal by the broker', Object.assign(new Error('x'), { code: 135 }), 135],
    ['no CONNACK in time', new Error('connack timeout'), 'silent'],
    ['no PINGRESP in time', new Error('Keepalive timeout'), 'keepalive'],
    ['an error without a code', new Error('Unexpected server response: 404'), undefined],
    ['something that is no error', 'text', undefined],
  ]
  for (const [what, error, code] of ERRORS) test(`is read from ${what}`, () => assert.equal(faultOf(error).code, code))

  test('is a cut when the other side said nothing', () => {
    const codesThatCut = [undefined, 'ECONNRESET', 'EPIPE', 'ECONNREFUSED', 142, 'silent'].filter((code) =>
      isCut(code === undefined ? undefined : { code, raw: '' }),
    )
    assert.deepEqual(codesThatCut, [undefined, 'ECONNRESET', 'EPIPE'])
  })
})
