import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { Address } from '../../src/sms/address.ts'
import { joinUserData } from '../../src/sms/join.ts'
import { formatHex } from '../../src/sms/octets.ts'
import { outcomeOf } from '../../src/sms/received.ts'
import type { Tpdu, ValidityPeriod } from '../../src/sms/tpdu.ts'
import { decodePdu } from '../../src/sms/tpdu.ts'
import type { UserData } from '../../src/sms/user-data.ts'
import { readConcatenation, readLanguage, readPorts } from '../../src/sms/user-data-header.ts'
import vectors from '../vectors/pdu.json' with { type: 'json' }

interface Expected {
  readonly type: string
  readonly [key: string]: unknown
}

interface DecodeVector {
  readonly id: string
  readonly kind: string
  readonly direction: 'mt' | 'mo'
  readonly pdu: string
  readonly tpdu_length: number
  readonly expect: Expected
}

const decodable = vectors.vectors.filter(({ kind }) => kind === 'decode') as unknown as readonly DecodeVector[]
const invalid = vectors.vectors.filter(({ kind }) => kind === 'invalid') as readonly { id: string; pdu: string }[]

function seenAddress({ number, typeOfNumber, numberingPlan, typeOfAddress }: Address) {
  return { number, ton: typeOfNumber, npi: numberingPlan, toa: typeOfAddress }
}

function seenUserData(userData: UserData) {
  const { dataCoding, header } = userData
  const { text, dataHex } = joinUserData([userData])
  const place = readConcatenation(header)
  const ports = readPorts(header)
  const waiting = dataCoding.messageWaiting
  const language = readLanguage(header)
  return {
    dcs: dataCoding.tpDcs,
    class: dataCoding.messageClass,
    alphabet: dataCoding.alphabet,
    compressed: dataCoding.isCompressed,
    auto_delete: dataCoding.isDeletedAfterReading,
    mwi: waiting && { active: waiting.isActive, type: waiting.kind, store: waiting.isStored },
    udhi: header.length > 0,
    udh: header.map(({ identifier, data }) => ({ iei: identifier, data: formatHex(data) })),
    concat: place && { ref: place.reference, ref_bits: place.referenceBits, total: place.total, seq: place.sequence },
    ports: ports && {
      dst: ports.destination,
      src: ports.source,
      bits: header.some((e) => e.identifier === 5) ? 16 : 8,
    },
    single_shift: language.single,
    locking_shift: language.locking,
    text,
    data: dataHex,
  }
}

function seenValidity(validity: ValidityPeriod | null) {
  if (validity?.kind === 'relative') return { format: 'relative', minutes: validity.minutes }
  if (validity?.kind === 'absolute') return { format: 'absolute', time: validity.time }
  return validity && { format: 'enhanced', data: validity.hex }
}

/** A TPDU in the words of the vectors. */
function seen(smsc: string | null, tpdu: Tpdu): Record<string, unknown> {
  switch (tpdu.kind) {
    case 'deliver':
      return {
        type: 'SMS-DELIVER',
        smsc,
        originator: seenAddress(tpdu.originator),
        pid: tpdu.tpPid,
        scts: tpdu.timestamp,
        more_messages: tpdu.hasMoreMessages,
        status_report_indication: tpdu.isReportReturned,
        reply_path: tpdu.hasReplyPath,
        ...seenUserData(tpdu.userData),
      }
    case 'submit':
      return {
        type: 'SMS-SUBMIT',
        smsc,
        message_ref: tpdu.messageReference,
        destination: seenAddress(tpdu.destination),
        pid: tpdu.tpPid,
        validity: seenValidity(tpdu.validity),
        reject_duplicates: tpdu.rejectsDuplicates,
        status_report_request: tpdu.isReportRequested,
        reply_path: tpdu.hasReplyPath,
        ...seenUserData(tpdu.userData),
      }
    case 'status-report':
      return {
        type: 'SMS-STATUS-REPORT',
        smsc,
        message_ref: tpdu.messageReference,
        recipient: seenAddress(tpdu.recipient),
        scts: tpdu.timestamp,
        discharge: tpdu.dischargedAt,
        status: tpdu.status,
        outcome: outcomeOf(tpdu.status),
        more_messages: tpdu.hasMoreMessages,
        qualifier: tpdu.answersCommand,
        parameter_indicator: tpdu.extra?.parameterIndicator,
        ...(tpdu.extra?.userData ? seenUserData(tpdu.extra.userData) : {}),
        pid: tpdu.extra?.tpPid,
      }
  }
}

/** Where the vectors describe the octets and we their meaning. */
const OUR_READING: Readonly<Record<string, Record<string, unknown>>> = {
  // Sequence 0: the element is ignored, the message is a single one.
  'd-concat-bad-seq': { concat: null },
  // The eighth character of a name counted as 14 is stripped when it is @.
  'd-alpha-7-sloppy': { originator: { number: 'Mobilis', ton: 'alphanumeric', npi: 'unknown', toa: 208 } },
}

for (const { id, pdu, tpdu_length: tpduLength, direction, expect } of decodable) {
  test(`vector ${id} is decoded in every field`, () => {
    const expected: Record<string, unknown> = { ...expect, ...OUR_READING[id] }
    // Counts of voice mail in the header tell nobody anything here; that they are kept is in "udh".
    for (const key of Object.keys(expected)) if (key.endsWith('_any') || key === 'indications') delete expected[key]
    const { smsc, tpdu } = decodePdu(pdu, { tpduLength, direction })
    const found = seen(smsc, tpdu)
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, found[key]])), expected)
  })
}

test('the vectors are all there', () => {
  assert.deepEqual([decodable.length, invalid.length], [123, 10])
})

for (const { id, pdu } of invalid) {
  test(`vector ${id} is refused with a reason for the user and the octets as detail`, () => {
    assert.throws(
      () => decodePdu(pdu),
      (error) =>
        error instanceof ModemError &&
        error.code === 'protocol' &&
        error.message.startsWith('The SMS cannot be read: ') &&
        error.detail !== undefined,
    )
  })
}

const DELIVER = '00040C9144770009103200004230514170908002C834'

test('a message cut at any octet names the field it ends in', () => {
  const fields = new Set<string>()
  for (let length = 2; length < DELIVER.length; length += 2) {
    assert.throws(
      () => decodePdu(DELIVER.slice(0, length)),
      (error) => {
        assert(error instanceof ModemError)
        fields.add(error.message.replace(/.*ends inside (.*)\./, '$1'))
        return true
      },
    )
  }
  const expected = ['the first octet of the TPDU', 'TP-OA', 'TP-PID', 'TP-DCS', 'TP-SCTS', 'TP-UDL', 'TP-UD']
  assert.deepEqual([...fields], expected)
})

test('octets behind the TPDU are padding, whether or not its length is known', () => {
  const whole = decodePdu(DELIVER)
  assert.deepEqual(decodePdu(`${DELIVER}FFFF`), whole)
  assert.deepEqual(decodePdu(`${DELIVER}FFFF`, { tpduLength: DELIVER.length / 2 - 1 }), whole)
  assert.deepEqual(decodePdu(DELIVER, { tpduLength: 200 }), whole)
  assert.throws(() => decodePdu(DELIVER, { tpduLength: DELIVER.length / 2 - 2 }), ModemError)
})

test('an SMS-SUBMIT in the store is read in either direction, and from the mobile comes nothing else', () => {
  const submit = '0001000C9144770009103200000BC8329BFD06DDDF723619'
  assert.equal(decodePdu(submit).tpdu.kind, 'submit')
  assert.equal(decodePdu(submit, { direction: 'mo' }).tpdu.kind, 'submit')
  assert.throws(() => decodePdu(DELIVER, { direction: 'mo' }), ModemError)
})

const REPORT = '00062A0C91447700091032423051417090804230514170138000'

const REPORT_ENDS = [
  ['nothing', '', null],
  ['erased octets', 'FFFFFF', null],
  ['an indicator that promises more than comes', '07', null],
  ['a broken text', '0405AA', null],
  ['an indicator alone', '00', { parameterIndicator: 0, tpPid: null, userData: null }],
  ['an extended indicator', '8101' + '41', { parameterIndicator: 0x81, tpPid: 0x41, userData: null }],
] as const

for (const [what, end, extra] of REPORT_ENDS) {
  test(`a status report that ends with ${what} still tells what became of the message`, () => {
    const { tpdu } = decodePdu(REPORT + end)
    assert(tpdu.kind === 'status-report')
    assert.deepEqual([tpdu.messageReference, tpdu.status, tpdu.extra], [42, 0, extra])
  })
}

/** A small generator with a seed, so that a failure can be had again (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Decodes, and joins what was decoded; anything thrown but a protocol error fails. @returns whether it was readable */
function survives(hex: string, direction: 'mt' | 'mo', tpduLength?: number): boolean {
  try {
    const { tpdu } = decodePdu(hex, { direction, ...(tpduLength === undefined ? {} : { tpduLength }) })
    const userData = tpdu.kind === 'status-report' ? (tpdu.extra?.userData ?? null) : tpdu.userData
    const { text } = joinUserData([userData, null, userData])
    assert(text === null || !/\p{Surrogate}/u.test(text))
    return true
  } catch (error) {
    assert(error instanceof ModemError && error.code === 'protocol', `${hex}: ${error}`)
    return false
  }
}

test('30000 random inputs give a message or a protocol error, nothing else', () => {
  const random = seeded(23040)
  let readable = 0
  for (let round = 0; round < 30_000; round++) {
    const octets = Uint8Array.from({ length: 1 + random(180) }, () => random(256))
    // Half of them begin like a message, to get further inside.
    if (round % 2 === 0) octets.set([0, random(256), random(21), 0x80 | random(128)].slice(0, octets.length))
    if (survives(formatHex(octets), round % 4 === 3 ? 'mo' : 'mt')) readable++
  }
  assert(readable > 100, `${readable} of them were readable: too few to prove anything`)
})

test('30000 mutations of the vectors give a message or a protocol error, nothing else', () => {
  const random = seeded(23038)
  let readable = 0
  for (let round = 0; round < 30_000; round++) {
    const vector = decodable[random(decodable.length)]!
    const octets = [...Buffer.from(vector.pdu, 'hex')]
    for (let change = 0; change <= random(3); change++) {
      const at = random(octets.length)
      const kind = random(4)
      if (kind === 0) octets[at] = random(256)
      else if (kind === 1) octets[at] = octets[at]! ^ (1 << random(8))
      else if (kind === 2) octets.splice(at, 1)
      else octets.splice(at, 0, random(256))
    }
    if (survives(formatHex(Uint8Array.from(octets)), vector.direction, random(2) ? vector.tpdu_length : undefined))
      readable++
  }
  assert(readable > 5000 && readable < 29_000, `${readable} of them were readable`)
})
