import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Delivery, NetworkOptions } from '../../src/simulator/cellular-network.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { decodeDeliver, decodeSubmit } from '../../src/simulator/network-side-tpdu.ts'
import { messageClassOf } from '../../src/simulator/network-side-user-data.ts'
import { ManualSchedule } from './manual-schedule.ts'

const ANNA = '+447700900001'
const BERT = '+447700900002'
const ABROAD = '+358401123456'

/** To BERT, with a report wanted: the text "Hello world". */
const SUBMIT = '0021000C9144770009002000000BC8329BFD06DDDF723619'

class Phone {
  readonly number: string
  isOn = true
  readonly received: Delivery[] = []

  constructor(number: string) {
    this.number = number
  }

  receive(delivery: Delivery): boolean {
    if (this.isOn) this.received.push(delivery)
    return this.isOn
  }

  get texts(): (string | null | undefined)[] {
    return this.received.map(({ pdu }) => decodeDeliver(pdu)?.content?.text)
  }
}

function setUp(options: NetworkOptions = {}) {
  const clock = new ManualSchedule()
  const now = () => new Date('2024-03-15T12:07:09Z')
  const network = new CellularNetwork({ now, zoneMinutes: 120, schedule: clock.schedule, ...options })
  const anna = new Phone(ANNA)
  const bert = new Phone(BERT)
  network.attach(anna)
  network.attach(bert)
  const send = (pdu = SUBMIT, reference = 1) => network.submit(ANNA, reference, pdu, decodeSubmit(pdu)!)
  return { clock, network, anna, bert, send }
}

/** TP-ST is the last octet of a report without optional parameters. */
const statuses = (phone: Phone): string[] => phone.received.map(({ pdu }) => pdu.slice(-2))

test('a submission reaches the other subscriber and is reported to its sender', () => {
  const { network, anna, bert, send } = setUp()
  assert.equal(send(SUBMIT, 42), null)
  const [delivery] = bert.received
  const read = decodeDeliver(delivery?.pdu ?? '')
  assert.equal(read?.from.number, ANNA)
  assert.equal(read.content?.text, 'Hello world')
  assert.equal(read.sentAt, '2024-03-15T14:07:09+02:00')
  assert.deepEqual(
    anna.received.map(({ kind, pdu }) => [kind, pdu]),
    [['report', `0791447700099099062A0C91447700090020${'42305141709080'.repeat(2)}00`]],
  )
  assert.equal(network.given.length, 2)
  assert.equal(network.taken[0]?.submit.content.text, 'Hello world')
})

test('parts of a long message are passed on one by one, headers and all', () => {
  const { bert, send } = setUp()
  send('0041000C9144770009002000080E050003030202044F044F044F044F')
  const read = decodeDeliver(bert.received[0]?.pdu ?? '')
  assert.deepEqual(read?.content?.elements, [{ identifier: 0, data: [3, 2, 2] }])
  assert.equal(read?.content?.text, 'яяяя')
})

test('a message waits for a subscriber who cannot take it, and is reported when it arrived', () => {
  const { network, anna, bert, send } = setUp()
  bert.isOn = false
  send()
  network.inject({ to: BERT, text: 'second' })
  assert.equal(network.waiting(BERT).length, 2)
  assert.equal(anna.received.length, 0)
  network.deliverWaiting(BERT)
  assert.equal(network.waiting(BERT).length, 2)
  bert.isOn = true
  network.inject({ to: BERT, text: 'third' })
  assert.deepEqual(bert.texts, ['Hello world', 'second', 'third'], 'in order')
  assert.deepEqual(statuses(anna), ['00'])
})

test('a message can be sent to oneself', () => {
  const { anna, send } = setUp()
  send('0021000C9144770009001000000BC8329BFD06DDDF723619')
  assert.deepEqual(
    anna.received.map(({ kind }) => kind),
    ['deliver', 'report'],
  )
})

test('messages and reports take their time', () => {
  const { clock, anna, bert, send } = setUp({ deliveryDelayMs: 2000, reportDelayMs: 1000 })
  send()
  clock.advance(1999)
  assert.equal(bert.received.length, 0)
  clock.advance(1)
  assert.equal(bert.received.length, 1)
  clock.advance(999)
  assert.equal(anna.received.length, 0)
  clock.advance(1)
  assert.deepEqual(statuses(anna), ['00'])
})

test('a network that closes forgets what it meant to do', () => {
  const { clock, network, bert, send } = setUp({ deliveryDelayMs: 2000 })
  send()
  network.close()
  clock.advance(5000)
  assert.equal(bert.received.length, 0)
  assert.equal(clock.pending, 0)
})

test('reports follow the plan for a number, in its order and pace', () => {
  const { clock, network, anna, send } = setUp()
  network.reportFor(BERT, { statuses: [0x20, 0x46], delayMs: 5000 })
  send()
  clock.advance(5000)
  assert.deepEqual(statuses(anna), ['20'])
  clock.advance(5000)
  assert.deepEqual(statuses(anna), ['20', '46'])
  network.reportFor(BERT, { statuses: [] })
  send()
  clock.advance(60_000)
  assert.equal(anna.received.length, 2)
})

test('no report comes where none was asked for', () => {
  const { anna, bert, send } = setUp()
  send('0001000C9144770009002000000BC8329BFD06DDDF723619')
  assert.equal(bert.received.length, 1)
  assert.equal(anna.received.length, 0)
})

test('numbers of other networks get everything', () => {
  const { anna, send } = setUp()
  const abroad = '0021000C9153481021436500000BC8329BFD06DDDF723619'
  assert.equal(decodeSubmit(abroad)?.to.number, ABROAD)
  send(abroad)
  assert.deepEqual(statuses(anna), ['00'])
})

test('submissions to a number can be rejected, for a time or for ever', () => {
  const { network, bert, send } = setUp()
  network.rejectTo(BERT, 38, 2)
  assert.deepEqual([send(), send(), send()], [38, 38, null])
  network.rejectTo(BERT, 21)
  assert.deepEqual([send(), send()], [21, 21])
  assert.equal(bert.received.length, 1)
  assert.deepEqual(
    network.taken.map(({ rejection }) => rejection),
    [38, 38, null, 21, 21],
  )
})

test('two devices cannot have one number, and who left gets nothing', () => {
  const { network, bert } = setUp()
  assert.throws(() => network.attach(new Phone(BERT)), /Two simulated devices/)
  network.detach(bert)
  network.inject({ to: BERT, text: 'x' })
  assert.equal(network.waiting(BERT).length, 1)
  const next = new Phone(BERT)
  network.attach(next)
  network.deliverWaiting(BERT)
  assert.deepEqual(next.texts, ['x'])
})

test('injected text chooses its alphabet, or is told to use one', () => {
  const { network, bert } = setUp()
  network.inject({ to: BERT, text: 'plain' })
  network.inject({ to: BERT, text: 'Привет' })
  network.inject({ to: BERT, text: 'plain', encoding: 'ucs2' })
  assert.deepEqual(bert.texts, ['plain', 'Привет', 'plain'])
  assert.deepEqual(
    bert.received.map(({ pdu }) => decodeDeliver(pdu)?.dcs),
    [0, 8, 8],
  )
})

test('injected messages can be anything a network carries', () => {
  const { network, bert } = setUp()
  network.inject({ to: BERT, text: 'flash', messageClass: 0, from: 'Mobilis' })
  network.inject({ to: BERT, dataHex: '0106226170706C69', ports: { destination: 2948, source: 9200 } })
  network.inject({ to: BERT, text: 'Şıkşık', shifts: { single: 1 } })
  network.inject({ to: BERT, text: 'replaced', pid: 0x41, from: { number: '0812345678', type: 0xa1 } })
  network.inject({ to: BERT, text: 'mail', dcs: 0xda })
  network.inject({ to: BERT, text: 'x', sentAt: new Date('2025-12-31T23:59:59-03:30'), zoneMinutes: -210 })
  const [flash, wap, turkish, replaced, mail, canadian] = bert.received.map(({ pdu }) => decodeDeliver(pdu))
  assert.equal(flash?.from.number, 'Mobilis')
  assert.equal(messageClassOf(flash.dcs), 0)
  assert.equal(wap?.content?.dataHex, '0106226170706C69')
  assert.deepEqual(wap.content.elements, [{ identifier: 5, data: [0x0b, 0x84, 0x23, 0xf0] }])
  assert.equal(turkish?.content?.text, 'Şıkşık')
  assert.deepEqual([replaced?.pid, replaced?.from], [0x41, { number: '0812345678', type: 0xa1 }])
  assert.equal(mail?.dcs, 0xda)
  assert.equal(canadian?.sentAt, '2025-12-31T23:59:59-03:30')
})

test('parts can come in another order, twice, or not at all', () => {
  const { network, bert } = setUp()
  const text = ['a'.repeat(153), 'b'.repeat(153), 'c'].join('')
  assert.equal(network.inject({ to: BERT, text, referenceBits: 16, reference: 0x1234 }).length, 3)
  const elements = bert.received.map(({ pdu }) => decodeDeliver(pdu)?.content?.elements[0])
  assert.deepEqual(elements[2], { identifier: 8, data: [0x12, 0x34, 3, 3] })
  bert.received.length = 0
  network.inject({ to: BERT, text, order: [3, 1, 1] })
  assert.deepEqual(
    bert.texts.map((part) => part?.[0]),
    ['c', 'a', 'a'],
  )
})

test('each long message has a reference of its own', () => {
  const { network, bert } = setUp()
  for (let i = 0; i < 2; i++) network.inject({ to: BERT, text: 'x'.repeat(161) })
  const references = bert.received.map(({ pdu }) => decodeDeliver(pdu)?.content?.elements[0]?.data[0])
  assert.equal(references[0], references[1])
  assert.equal(references[2], references[3])
  assert.notEqual(references[0], references[2])
})

test('a raw PDU is delivered as it stands', () => {
  const { network, bert } = setUp()
  network.inject({ to: BERT, pdu: 'FFFF' })
  assert.equal(bert.received[0]?.pdu, 'FFFF')
})
