import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { joinPdus, toStoredSegment } from '../../src/driver/stored-pdu.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { joinUserData } from '../../src/sms/join.ts'
import { segmentText } from '../../src/sms/segment.ts'
import { encodeSubmit } from '../../src/sms/submit.ts'
import { decodePdu } from '../../src/sms/tpdu.ts'

/** The same on every run; `bench/fuzz.ts` looks further. */
const RUNS = { seed: 20261122, numRuns: 2000 } as const

const octets = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each).toString('hex').toUpperCase())

/** The fixed part of a TPDU as it should be, so that what varies is behind it. */
const deliver = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.uint8Array({ maxLength: 170 }))
  .map(([first, tpDcs, tpUdl, rest]) =>
    Buffer.concat([
      Buffer.from([0, first & ~3, 4, 0x91, 0x44, 0x77, 0, tpDcs, 0x62, 0x11, 0x22, 0x01, 0x23, 0x45, 0x40, tpUdl]),
      rest,
    ])
      .toString('hex')
      .toUpperCase(),
  )

/** Unpaired surrogates cannot be sent. */
const sendable = fc.string({ unit: 'binary', maxLength: 1200 }).filter((text) => !/\p{Surrogate}/u.test(text))

const gsm7 = fc.string({ unit: fc.constantFrom(...'@£$¥èéΔ_ÆßÉ !"#¤%0AZaz\n\r¿§à€[]{}~^|\\'), maxLength: 1200 })

const number = fc
  .tuple(fc.boolean(), fc.stringMatching(/^[0-9]{3,20}$/))
  .map(([plus, digits]) => (plus ? '+' : '') + digits)

describe('a PDU that can be anything', () => {
  for (const [name, pdus] of Object.entries({ octets, deliver, text: fc.string({ maxLength: 400 }) })) {
    test(`is a message, or a ModemError of the protocol: ${name}`, () => {
      fc.assert(
        fc.property(pdus, fc.nat(255), fc.constantFrom('mt' as const, 'mo' as const), (pdu, tpduLength, direction) => {
          try {
            decodePdu(pdu, { tpduLength, direction })
          } catch (error) {
            assert.ok(error instanceof ModemError && error.code === 'protocol', String(error))
          }
        }),
        RUNS,
      )
    })

    test(`is always kept, and what is a received message can be joined: ${name}`, () => {
      fc.assert(
        fc.property(pdus, fc.nat(255), (pdu, length) => {
          const { content, raw } = toStoredSegment({ pdu, length }, 'SM', 1)
          assert.equal(raw, pdu)
          if (content.kind !== 'received') return
          try {
            const { text } = joinPdus([pdu])
            assert.ok((text ?? '').length <= 4 * pdu.length, 'a text is no longer than its octets allow')
          } catch (error) {
            assert.ok(error instanceof ModemError, String(error))
          }
        }),
        RUNS,
      )
    })
  }
})

describe('what is sent', () => {
  for (const [name, texts] of Object.entries({ sendable, gsm7 })) {
    test(`is read again as it was, in whatever segments: ${name}`, () => {
      fc.assert(
        fc.property(
          fc.record({
            to: number,
            text: texts,
            reference: fc.nat(65535),
            bits: fc.constantFrom(8 as const, 16 as const),
            encoding: fc.constantFrom('auto' as const, 'ucs2' as const),
            flash: fc.boolean(),
            deliveryReport: fc.boolean(),
            validityMinutes: fc.option(fc.integer({ min: 5, max: 635_040 })),
          }),
          ({ to, text, reference, bits, encoding, ...envelope }) => {
            const segments = segmentText(text, encoding, reference, bits)
            const read = segments.map((segment) => {
              const { pdu, tpduLength } = encodeSubmit(segment, { to, ...envelope })
              assert.ok(tpduLength <= 164, `${tpduLength} octets`)
              const { tpdu } = decodePdu(pdu, { tpduLength, direction: 'mo' })
              assert.ok(tpdu.kind === 'submit')
              assert.equal(tpdu.destination.number, to)
              assert.equal(tpdu.isReportRequested, envelope.deliveryReport)
              return tpdu.userData
            })
            assert.equal(joinUserData(read).text, text)
          },
        ),
        RUNS,
      )
    })
  }
})
