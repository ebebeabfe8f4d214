import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { joinUserData } from '../../src/sms/join.ts'
import { countSegments, segmentText } from '../../src/sms/segment.ts'
import { encodeSubmit } from '../../src/sms/submit.ts'
import { decodePdu } from '../../src/sms/tpdu.ts'
import { decodeRelativeValidity } from '../../src/sms/validity-period.ts'
import vectors from '../vectors/pdu.json' with { type: 'json' }

interface EncodeVector {
  readonly id: string
  readonly input: {
    readonly to: string
    readonly text: string
    readonly smsc?: string | null
    readonly concat_ref: number
    readonly concat_ref_bits: 8 | 16
    readonly status_report: boolean
    readonly relative_vp_octet: number | null
    readonly class: 0 | null
    readonly force_ucs2: boolean
  }
  readonly expect: {
    readonly alphabet: string
    readonly segments: number
    readonly parts: readonly { length: number; pdu: string; text: string }[]
  }
}

const encodable = vectors.vectors.filter(({ kind }) => kind === 'encode') as unknown as readonly EncodeVector[]

for (const { id, input, expect } of encodable) {
  test(`vector ${id} is segmented and encoded octet by octet`, () => {
    const encoding = input.force_ucs2 ? 'ucs2' : 'auto'
    const segments = segmentText(input.text, encoding, input.concat_ref, input.concat_ref_bits)
    const pdus = segments.map((segment) =>
      encodeSubmit(segment, {
        to: input.to,
        flash: input.class === 0,
        deliveryReport: input.status_report,
        validityMinutes: input.relative_vp_octet === null ? null : decodeRelativeValidity(input.relative_vp_octet),
        smsc: input.smsc ?? null,
      }),
    )
    const expected = expect.parts.map(({ pdu, length }) => ({ pdu, tpduLength: length }))
    assert.deepEqual(pdus, expected)
    const count = countSegments(input.text, encoding, input.concat_ref_bits)
    assert.deepEqual(count, { encoding: expect.alphabet, segments: expect.segments })
  })
}

test('the vectors are all there', () => {
  assert.equal(encodable.length, 26)
})

test('what is encoded is decoded again, field by field', () => {
  const envelope = { to: '*100#', flash: true, deliveryReport: true, validityMinutes: 61, smsc: '+447700900999' }
  const segments = segmentText('я'.repeat(100), 'auto', 0xbeef, 16)
  const decoded = segments.map((segment) => {
    const { pdu, tpduLength } = encodeSubmit(segment, envelope)
    return decodePdu(pdu, { tpduLength, direction: 'mo' })
  })
  for (const { smsc, tpdu } of decoded) {
    assert(tpdu.kind === 'submit')
    assert.equal(smsc, envelope.smsc)
    assert.equal(tpdu.destination.number, envelope.to)
    assert.equal(tpdu.isReportRequested, true)
    assert.deepEqual(tpdu.validity, { kind: 'relative', minutes: 65 })
    assert.equal(tpdu.userData.dataCoding.messageClass, 0)
  }
  const parts = decoded.map(({ tpdu }) => (tpdu.kind === 'submit' ? tpdu.userData : null))
  assert.equal(joinUserData(parts).text, 'я'.repeat(100))
})

test('data is sent as 8 bit', () => {
  const segment = { kind: 'data', header: [], content: Uint8Array.of(0, 1, 2) } as const
  const envelope = { to: '+447700900123', flash: false, deliveryReport: false, validityMinutes: null }
  assert.equal(encodeSubmit(segment, envelope).pdu, vectors.vectors.find(({ id }) => id === 's-8bit')?.pdu)
})

test('a recipient that is no phone number is refused', () => {
  const [segment] = segmentText('a', 'auto', 0)
  assert(segment !== undefined)
  const envelope = { to: 'Alice', flash: false, deliveryReport: false, validityMinutes: null }
  assert.throws(
    () => encodeSubmit(segment, envelope),
    (error) => error instanceof ModemError && error.code === 'invalid_request',
  )
})
