import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { addressOf } from '../../src/simulator/network-side-fields.ts'
import { gsm7Groups, octetsOfHex, utf16be } from '../../src/simulator/network-side-text.ts'
import { decodeSubmit, encodeDeliver, encodeReport, tpduLength } from '../../src/simulator/network-side-tpdu.ts'
import type { InformationElement, UserData } from '../../src/simulator/network-side-user-data.ts'
import { alphabetOf, compose, octetData, septetData } from '../../src/simulator/network-side-user-data.ts'

interface AddressVector {
  number: string
  toa: number
}

interface Expectation {
  type: string
  smsc: string | null
  originator: AddressVector
  recipient: AddressVector
  destination: AddressVector
  pid: number
  dcs: number
  class: number | null
  scts: string
  discharge: string
  status: number
  message_ref: number
  more_messages: boolean
  status_report_indication: boolean
  reply_path: boolean
  udh: { iei: number; data: string }[]
  concat: { ref: number; ref_bits: 8 | 16; total: number; seq: number } | null
  alphabet: 'gsm7' | 'ucs2' | '8bit'
  text: string | null
  data: string | null
  status_report_request: boolean
  reject_duplicates: boolean
  validity: { format: string; minutes?: number; time?: string; data?: string } | null
}

interface Vector {
  id: string
  kind: string
  direction: string
  pdu: string
  tpdu_length: number
  expect: Expectation & { parts: { length: number; pdu: string; text: string; udl: number }[] }
  input: { to: string; class: number | null; status_report: boolean; relative_vp_octet: number | null; text: string }
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('../vectors/pdu.json', import.meta.url), 'utf8')).vectors

/** Deliveries that no careful network writes, so the encoder has no way to say them. */
const NOT_WRITTEN_BY_US: Record<string, string> = {
  'd-esc-unknown': 'an ESC pair that no table holds',
  'd-esc-esc': 'an ESC pair that no table holds',
  'd-esc-last': 'ESC without its partner',
  'd-concat-esc-1': 'an ESC pair cut in two',
  'd-ucs2-odd': 'half a UTF-16 unit',
  'd-ucs2-lone-surrogate': 'half a surrogate pair',
  'd-concat-surrogate-1': 'half a surrogate pair',
  'd-concat-surrogate-2': 'half a surrogate pair',
  'd-alpha-7-sloppy': 'an address length that is off by one',
  'd-compressed': 'compression (TS 23.042)',
  'd-scts-month13': 'no valid time',
  'd-scts-zero': 'no valid time',
  'd-scts-nonbcd': 'no valid time',
  'd-mti3': 'the reserved TP-MTI',
  'd-pad-ff': 'padding behind the TPDU',
}

function timestamp(text: string): { at: Date; zoneMinutes: number } {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(text)!
  const zone = Number(hours) * 60 + Number(minutes)
  return { at: new Date(text), zoneMinutes: sign === '-' ? -zone : zone }
}

function userDataOf(expect: Expectation): UserData {
  const elements: InformationElement[] = expect.udh.map(({ iei, data }) => ({
    identifier: iei,
    data: [...octetsOfHex(data)!],
  }))
  const language = (iei: number) => elements.find((e) => e.identifier === iei)?.data[0] ?? 0
  const shifts = { single: language(0x24), locking: language(0x25) }
  const text = expect.text ?? ''
  if (alphabetOf(expect.dcs) === 'gsm7') return septetData(gsm7Groups(text, shifts)!.flat(), elements)
  return octetData(expect.data === null ? utf16be(text) : octetsOfHex(expect.data)!, elements)
}

function flagsOf(expect: Expectation): number {
  const mms = expect.more_messages ? 0 : 0x04
  return mms | (expect.status_report_indication ? 0x20 : 0) | (expect.reply_path ? 0x80 : 0)
}

const deliveries = vectors.filter((v) => v.kind === 'decode' && v.expect.type === 'SMS-DELIVER')
for (const { id, pdu, tpdu_length, expect } of deliveries.filter(({ id }) => !(id in NOT_WRITTEN_BY_US))) {
  test(`the network writes the SMS-DELIVER ${id} octet for octet`, () => {
    const written = encodeDeliver({
      smsc: expect.smsc,
      from: { number: expect.originator.number, type: expect.originator.toa },
      pid: expect.pid,
      dcs: expect.dcs,
      sentAt: timestamp(expect.scts),
      userData: userDataOf(expect),
      flags: flagsOf(expect),
    })
    assert.equal(written, pdu)
    assert.equal(tpduLength(written), tpdu_length)
  })
}

test('every delivery vector is either written or excused by name', () => {
  const ids = deliveries.map(({ id }) => id)
  assert.ok(deliveries.length > 80)
  for (const id of Object.keys(NOT_WRITTEN_BY_US)) assert.ok(ids.includes(id), id)
})

/** A command's report and optional parameters are beyond what the simulated network offers. */
const reports = vectors.filter((v) => v.kind === 'decode' && v.expect.type === 'SMS-STATUS-REPORT')
for (const { id, pdu, expect } of reports.filter(({ id }) => id !== 'r-optional' && id !== 'r-command')) {
  test(`the network writes the SMS-STATUS-REPORT ${id} octet for octet`, () => {
    const written = encodeReport({
      smsc: expect.smsc,
      reference: expect.message_ref,
      to: { number: expect.recipient.number, type: expect.recipient.toa },
      sentAt: timestamp(expect.scts),
      dischargedAt: timestamp(expect.discharge),
      status: expect.status,
    })
    assert.equal(written, pdu)
  })
}

for (const { id, pdu, tpdu_length, expect } of vectors.filter((v) => v.direction === 'mo')) {
  test(`the network reads the SMS-SUBMIT ${id}`, () => {
    const submit = decodeSubmit(pdu)
    assert.ok(submit)
    assert.equal(tpduLength(pdu), tpdu_length)
    assert.equal(submit.smsc, expect.smsc)
    assert.equal(submit.reference, expect.message_ref)
    assert.deepEqual(submit.to, { number: expect.destination.number, type: expect.destination.toa })
    assert.equal(submit.pid, expect.pid)
    assert.equal(submit.dcs, expect.dcs)
    assert.equal(submit.content.text, expect.text)
    assert.equal(submit.content.dataHex, expect.data)
    assert.equal(submit.wantsReport, expect.status_report_request)
    assert.equal(submit.rejectsDuplicates, expect.reject_duplicates)
    assert.equal(submit.hasReplyPath, expect.reply_path)
    assert.deepEqual(
      submit.content.elements,
      expect.udh.map(({ iei, data }) => ({ identifier: iei, data: [...octetsOfHex(data)!] })),
    )
    const { validity } = submit
    const told = validity && ('hex' in validity ? { format: validity.format, data: validity.hex } : validity)
    assert.deepEqual(told, expect.validity ?? null)
  })
}

for (const { id, input, expect } of vectors.filter((v) => v.kind === 'encode')) {
  test(`the network reads all parts of ${id}`, () => {
    for (const part of expect.parts) {
      const submit = decodeSubmit(part.pdu)
      assert.ok(submit)
      assert.equal(submit.to.number, input.to)
      assert.equal(submit.content.text, part.text)
      assert.equal(submit.userData.length, part.udl)
      assert.equal(tpduLength(part.pdu), part.length)
      assert.equal(submit.wantsReport, input.status_report)
    }
    assert.equal(expect.parts.map((part) => decodeSubmit(part.pdu)?.content.text).join(''), input.text)
  })
}

test('an SMS-SUBMIT cut anywhere, or with something behind it, is refused', () => {
  const whole = '0041000C9144770009103200080E050003030202044F044F044F044F'
  assert.ok(decodeSubmit(whole))
  for (let end = 0; end < whole.length; end++) assert.equal(decodeSubmit(whole.slice(0, end)), null, `cut at ${end}`)
  assert.equal(decodeSubmit(`${whole}00`), null)
  assert.equal(decodeSubmit('0791447700099099040C9144770009103200004230514170908000'), null, 'an SMS-DELIVER')
})

const splits: [string, Parameters<typeof compose>[0], number[]][] = [
  ['160 septets stay one part', { text: 'x'.repeat(160) }, [160]],
  ['161 septets make two', { text: 'x'.repeat(161) }, [160, 15]],
  ['a 16-bit reference leaves 152 septets', { text: 'x'.repeat(161), referenceBits: 16 }, [160, 17]],
  ['70 UCS2 units stay one part', { text: 'я'.repeat(70) }, [140]],
  ['71 UCS2 units make two', { text: 'я'.repeat(71) }, [140, 14]],
  ['a surrogate pair is not cut', { text: `${'я'.repeat(66)}😀яяя` }, [138, 16]],
  ['an ESC pair is not cut', { text: `${'x'.repeat(152)}€${'x'.repeat(20)}` }, [159, 29]],
  ['ports take room', { dataHex: '00'.repeat(140), ports: { destination: 2948, source: 9200 } }, [140, 24]],
]
for (const [name, composition, lengths] of splits) {
  test(`splitting: ${name}`, () => {
    assert.deepEqual(
      compose(composition).parts.map((part) => part.length),
      lengths,
    )
  })
}

test('a text is refused when the wished alphabet lacks a character of it', () => {
  assert.throws(() => compose({ text: 'я', encoding: 'gsm7' }), RangeError)
  assert.throws(() => compose({ dataHex: '0' }), RangeError)
})

test('a type of number is guessed from the number', () => {
  const types = { '+447700900123': 0x91, '12345': 0x81, '*100#': 0x81, Mobilis: 0xd0 }
  for (const [number, type] of Object.entries(types)) assert.deepEqual(addressOf(number), { number, type })
})
