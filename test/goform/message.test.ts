import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sealField, unsealRow } from '../../src/goform/field-encryption.ts'
import { joinRows, parseMessageList, parseMessageRow, toStoredSegment } from '../../src/goform/message.ts'
import type { Values } from '../../src/goform/reply.ts'
import { encodeHexText } from '../../src/goform/text.ts'

const ROW: Values = {
  id: '9',
  number: '+385911234567',
  content: encodeHexText('Grüße 👍'),
  tag: '1',
  date: '24,03,01,12,34,56,+4',
  received_all_concat_sms: '1',
  concat_sms_total: '0',
  concat_sms_received: '0',
  sms_class: '4',
}

const keyOf = (row: Values, store = 'device', isSealed = false) => toStoredSegment(row, store, isSealed)!.contentKey

describe('a list', () => {
  const MESSAGES: readonly (readonly [what: string, values: Values, ids: readonly string[] | null])[] = [
    ['with one message', { messages: [ROW] }, ['9']],
    ['that is empty', { messages: [] }, []],
    ['whose messages are an empty text', { messages: '' }, []],
    ['that is blank, which may mean that the session is over', { sms_data_total: '' }, null],
    ['by another name', { sms_page_data: '' }, null],
    ['that was refused', { result: 'failure' }, null],
    ['with rows without an id, which are not the same', { messages: [{ content: 'a' }, { content: 'b' }] }, ['', '']],
    ['with something that is no row', { messages: ['x', null, ROW] }, ['', '', '9']],
  ]
  for (const [what, values, ids] of MESSAGES) {
    test(what, () => {
      const rows = parseMessageList(values)
      assert.deepEqual(rows === null ? null : rows.map(({ id }) => id ?? ''), ids)
    })
  }
  test('of another shape is a fault', () => {
    for (const values of [{}, { messages: 7 }, { messages: { id: '1' } }, { sms_data_total: 'x' }]) {
      assert.throws(() => parseMessageList(values), { code: 'protocol' })
    }
  })
  test('keeps the longest of rows with the same id, wherever it stands', () => {
    const [short, long] = [
      { ...ROW, content: '0041' },
      { ...ROW, content: '00410042' },
    ]
    assert.deepEqual(parseMessageList({ messages: [long, short] }), [long])
    assert.deepEqual(parseMessageList({ messages: [short, long] }), [long])
  })
})

describe('a row', () => {
  test('of old firmware has the first six fields only', () => {
    const { id, number, content, date } = ROW
    const message = parseMessageRow({ id, number, content, date, tag: '0', draft_group_id: '' })
    assert.equal(message.missingParts, 0)
    assert.equal(message.sentAt, '2024-03-01T12:34:56+01:00')
  })
  const TAGS: readonly (readonly [tag: unknown, kind: string, isUnread: boolean])[] = [
    ['0', 'received', false],
    ['1', 'received', true],
    [1, 'received', true],
    ['2', 'sent', false],
    ['3', 'failed', false],
    ['4', 'draft', false],
    ['', 'received', false],
    ['9', 'received', false],
  ]
  for (const [tag, kind, isUnread] of TAGS) {
    test(`with tag ${JSON.stringify(tag)} is ${kind}`, () => {
      const message = parseMessageRow({ ...ROW, tag })
      assert.deepEqual([message.kind, message.isUnread], [kind, isUnread])
      assert.equal(toStoredSegment({ ...ROW, tag }, 'device', false) !== undefined, kind === 'received')
    })
  }
  test('of a message that was sent may tell its reference', () => {
    const referenceOf = (sms_submit_msg_ref: string) =>
      parseMessageRow({ ...ROW, tag: '2', sms_submit_msg_ref }).reference
    assert.deepEqual(['12', '', '256', '-1', '1.5'].map(referenceOf), [12, null, null, null, null])
  })
  test('that claims to lack parts and to have them all is whole', () => {
    const row = { ...ROW, received_all_concat_sms: '0', concat_sms_total: '0', concat_sms_received: '0' }
    assert.equal(parseMessageRow(row).missingParts, 0)
  })
})

describe('a segment', () => {
  test('holds the whole message and can be joined from what was kept of it', () => {
    const segment = toStoredSegment(ROW, 'device', false)!
    assert.deepEqual(segment.content, {
      kind: 'received',
      from: '+385911234567',
      sentAt: '2024-03-01T12:34:56+01:00',
      smsc: null,
      concatenation: null,
      messageClass: null,
      replaceType: null,
    })
    assert.deepEqual([segment.store, segment.slot], ['device', 9])
    const body = { text: 'Grüße 👍', encoding: 'ucs2', dataHex: null, ports: null }
    assert.deepEqual(joinRows([segment.raw]), body)
    assert.equal(joinRows([JSON.stringify({ ...ROW, content: encodeHexText('Grüße') })]).encoding, 'gsm7')
  })

  test('is the same whatever may change while it lies there', () => {
    const hexNumber = encodeHexText('+385911234567')
    for (const change of [
      { id: '1' },
      { tag: '0' },
      { number: hexNumber },
      { date: '24;03;01;12;34;56;+4' },
      { sms_mem: 'nv' },
    ]) {
      assert.equal(keyOf({ ...ROW, ...change }), keyOf(ROW), JSON.stringify(change))
    }
    assert.equal(keyOf(ROW, 'sim'), keyOf(ROW))
    assert.match(keyOf(ROW), /^[0-9a-f]{32}$/)
  })

  test('is another one with another sender, time or text', () => {
    const OTHERS = [{ number: '+385911234568' }, { date: '24,03,01,12,34,57,+4' }, { content: '0041' }]
    for (const change of OTHERS) assert.notEqual(keyOf({ ...ROW, ...change }), keyOf(ROW))
  })

  const TIMELESS = ['', '70,01,01,00,00,00,+0', '24,03,01,12,34', '24,13,01,00,00,00,+4', 'yesterday']
  for (const date of TIMELESS) {
    test(`without a real time (${JSON.stringify(date)}) is told from its like by store and id, as long as it lies there`, () => {
      const row = { ...ROW, date }
      assert.match(keyOf(row), /^slot:[0-9a-f]{32}$/)
      assert.equal(keyOf({ ...row, tag: '0', number: encodeHexText('+385911234567') }), keyOf(row))
      for (const other of [keyOf({ ...row, id: '10' }), keyOf(row, 'sim'), keyOf({ ...row, content: '0041' })]) {
        assert.notEqual(other, keyOf(row))
      }
    })
  }

  test('knows whether somebody has read its row', () => {
    for (const [tag, isUnread] of [
      ['1', true],
      ['0', false],
    ] as const) {
      assert.equal(toStoredSegment({ ...ROW, tag }, 'device', false)!.isUnread, isUnread)
    }
  })

  test('that lacks parts says how many, and keeps its place among them', () => {
    const row = { ...ROW, received_all_concat_sms: '0', concat_sms_total: '4', concat_sms_received: '2' }
    const { content } = toStoredSegment(row, 'device', false)!
    assert.ok(content.kind === 'received')
    const { total, sequence, referenceBits } = content.concatenation!
    assert.deepEqual([total, sequence, referenceBits], [3, 1, 16])
    assert.equal(joinRows([JSON.stringify(row), null, null]).text, 'Grüße 👍')
  })

  test('whose row makes no sense is kept as it is', () => {
    const segment = toStoredSegment({ row: 'x' }, 'device', false)!
    assert.equal(segment.content.kind, 'undecodable')
    assert.equal(segment.slot, null)
    assert.equal(segment.raw, '{"row":"x"}')
    assert.notEqual(segment.contentKey, keyOf({ row: 'y' }))
    assert.equal(keyOf({ id: '7', tag: '1' }), keyOf({ id: '7', tag: '0' }), 'whether somebody has read it or not')
  })

  test('of another kind of modem cannot be joined', () => {
    for (const raw of ['0791', '7', 'null', '']) assert.throws(() => joinRows([raw]), { code: 'protocol' })
  })
})

describe('an encrypted row', () => {
  const key = Buffer.alloc(32, 7)
  const seal = (text: string, iv: number) => sealField(text, key, Buffer.alloc(12, iv))
  const sealed = (iv: number): Values => ({
    ...ROW,
    number: seal(encodeHexText('+385911234567'), iv),
    content: seal(String(ROW.content), iv),
  })

  test('is the plain one once its fields are unsealed, with the same identity and safe to keep', () => {
    const segment = toStoredSegment(unsealRow(sealed(1), key), 'device', false)!
    assert.equal(segment.contentKey, keyOf(ROW))
    assert.equal(joinRows([segment.raw]).text, 'Grüße 👍')
    assert.deepEqual(unsealRow(ROW, key), ROW)
  })

  test('whose key is not known is one and the same however often it is listed', () => {
    const [one, two] = [toStoredSegment(sealed(1), 'device', true)!, toStoredSegment(sealed(2), 'device', true)!]
    assert.ok(one.content.kind === 'undecodable' && one.content.isSealed)
    assert.equal(one.contentKey, two.contentKey)
    assert.notEqual(one.contentKey, keyOf({ ...sealed(1), id: '10' }, 'device', true))
    assert.notEqual(one.contentKey, keyOf(sealed(1), 'sim', true))
  })

  test('that another key has sealed is a fault that a new key may mend', () => {
    assert.throws(() => unsealRow(sealed(1), Buffer.alloc(32, 8)), { code: 'protocol', retry: 'now' })
  })
})
