import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { describe, test } from 'node:test'
import { joinPdus, prepareSubmissions } from '../../src/driver/stored-pdu.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { OutboundSms, StoredSegment, Submission } from '../../src/modem/messages.ts'
import type { Modem, SmsStore } from '../../src/modem/modem.ts'
import { FRIEND, OWN_NUMBER, settle, setUp } from './stick-bench.ts'

const HELLO = '0791447700099099040C9144770009103200004230514170908013C8329BFD0699E5EF36484F2FCBDA713A1D'

const storeOf = (modem: Modem): SmsStore => modem.can.sms ?? assert.fail('there is no message store')

const outgoing = (text: string, rest: Partial<OutboundSms> = {}): OutboundSms => ({
  to: FRIEND,
  text,
  flash: false,
  deliveryReport: false,
  validityMinutes: null,
  encoding: 'auto',
  ...rest,
})

const only = (submissions: readonly Submission[]): Submission => {
  assert.equal(submissions.length, 1)
  return submissions[0]!
}

const textsOf = (segments: readonly StoredSegment[]): (string | null)[] =>
  segments.map(({ raw, content }) => (content.kind === 'received' ? joinPdus([raw]).text : content.kind))

const placesOf = (segments: readonly StoredSegment[]): string[] => segments.map(({ store, slot }) => `${store} ${slot}`)

const NOTHING = { kind: 'undecodable', reason: '' } as const

const pass = async (t: TestContext, ms: number): Promise<void> => {
  await settle()
  t.mock.timers.tick(ms)
}

describe('the message store', () => {
  test('lists what lies in the used store, and removes it', async (t) => {
    const { network, stick, open } = setUp(t)
    const store = storeOf(await open())
    network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'one' })
    network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'two' })
    const found = await store.list(false)
    assert.deepEqual(placesOf(found), ['SM 1', 'SM 2'])
    assert.deepEqual(textsOf(found), ['one', 'two'])
    assert.deepEqual(found[0]?.content, {
      kind: 'received',
      from: FRIEND,
      sentAt: '2024-03-15T14:07:09+02:00',
      smsc: '+447700900999',
      concatenation: null,
      messageClass: null,
      replaceType: null,
    })
    await store.remove(found.slice(0, 1))
    assert.deepEqual(placesOf(await store.list(false)), ['SM 2'])
    assert.equal(stick.mailbox.store('SM').used, 1)
  })

  test('is listed everywhere on request, and reading goes on in the used store', async (t) => {
    const { stick, said, open } = setUp(t)
    stick.mailbox.store('ME').add({ pdu: HELLO, status: 0 })
    const store = storeOf(await open())
    assert.deepEqual(store.stores, ['SM', 'ME', 'SR'])
    assert.deepEqual(placesOf(await store.list(false)), [])
    assert.deepEqual(placesOf(await store.list(true)), ['ME 0'])
    assert.deepEqual(stick.mailbox.places, ['SM', 'SM', 'SM'])
    assert.equal(said.at(-1), 'AT+CPMS="SM","SM","SM"')
  })

  test('keeps receiving into the used store while another one is read', async (t) => {
    const { network, stick, open } = setUp(t)
    const store = storeOf(await open())
    const listing = store.list(true)
    const until = (): void => {
      if (stick.mailbox.places[0] === 'ME') network.inject({ to: OWN_NUMBER, text: 'meanwhile' })
      else setImmediate(until)
    }
    until()
    await listing
    assert.deepEqual(placesOf(await store.list(false)), ['SM 1'])
  })

  test('goes back to the used store when another one cannot be listed', async (t) => {
    const { stick, open } = setUp(t)
    const store = storeOf(await open())
    stick.mailbox.store('SM').add({ pdu: HELLO, status: 0 })
    stick.refuse('+CPMS="ME"', '+CMS ERROR: 302')
    assert.deepEqual(placesOf(await store.list(true)), ['SM 1'])
    assert.deepEqual(stick.mailbox.places, ['SM', 'SM', 'SM'])
  })

  test('removes from the store in which the message lies, whatever store another program chose', async (t) => {
    const { stick, open } = setUp(t)
    for (const name of ['SM', 'ME'] as const) {
      stick.mailbox.store(name).add({ pdu: HELLO, status: 1 })
      stick.mailbox.store(name).add({ pdu: HELLO, status: 1 })
    }
    const store = storeOf(await open())
    const found = await store.list(true)
    assert.deepEqual(placesOf(found), ['SM 1', 'SM 2', 'ME 0', 'ME 1'])
    stick.mailbox.places = ['ME', 'SM', 'SM']
    await store.remove(found.filter(({ slot }) => slot === 1))
    assert.deepEqual(placesOf(await store.list(true)), ['SM 2', 'ME 0'])
    assert.deepEqual(stick.mailbox.places, ['SM', 'SM', 'SM'])
  })

  test('removes the others when one cannot be removed, and says so', async (t) => {
    const { stick, open } = setUp(t)
    for (let count = 0; count < 3; count += 1) stick.mailbox.store('SM').add({ pdu: HELLO, status: 1 })
    const store = storeOf(await open())
    stick.refuse('+CMGD=2', '+CMS ERROR: 314')
    await assert.rejects(store.remove(await store.list(false)), { code: 'sim_not_ready' })
    assert.deepEqual(placesOf(await store.list(false)), ['SM 2'])
  })

  test('takes a message that is gone already for removed', async (t) => {
    const { stick, open } = setUp(t)
    stick.mailbox.store('SM').add({ pdu: HELLO, status: 1 })
    const store = storeOf(await open())
    const found = await store.list(false)
    stick.refuse('+CMGD=1', '+CMS ERROR: 321')
    await store.remove(found)
  })

  test('sees nothing in messages of its own', async (t) => {
    const { stick, open } = setUp(t)
    stick.mailbox.store('SM').add({ pdu: HELLO, status: 2 })
    stick.mailbox.store('SM').add({ pdu: HELLO, status: 3 })
    assert.deepEqual(await storeOf(await open()).list(true), [])
  })

  test('hands on what cannot be decoded as it is', async (t) => {
    const { stick, open } = setUp(t)
    const broken = '0791447700099099040C91447700091032'
    stick.mailbox.store('SM').add({ pdu: broken, status: 0 })
    const [found] = await storeOf(await open()).list(false)
    assert.equal(found?.content.kind, 'undecodable')
    assert.equal(found?.raw, broken)
  })

  test('leaves alone what lost octets on the line, and reads it at the next look', async (t) => {
    const { stick, open } = setUp(t)
    const store = storeOf(await open())
    stick.mailbox.store('SM').add({ pdu: HELLO, status: 0 })
    const [whole] = await store.list(false)
    const message = stick.mailbox.store('SM').get(1)!
    let reads = 0
    // The length is told of the whole message, but at the first listing some octets do not come through.
    Object.defineProperty(message, 'pdu', { get: () => (reads++ === 1 ? HELLO.slice(0, -8) : HELLO) })
    assert.deepEqual(await store.list(false), [])
    assert.deepEqual(await store.list(false), [whole])
  })

  test('finds a message for the SIM where the modem says it is', async (t) => {
    const { network, open } = setUp(t)
    const store = storeOf(await open({ storage: 'ME' }))
    network.inject({ to: OWN_NUMBER, text: 'for the card', messageClass: 2 })
    assert.deepEqual(placesOf(await store.list(false)), ['SM 1'])
  })

  test('is not listed and emptied at the same time', async (t) => {
    const { stick, said, open } = setUp(t)
    stick.mailbox.store('SM').add({ pdu: HELLO, status: 1 })
    const store = storeOf(await open())
    const found = await store.list(false)
    said.length = 0
    await Promise.all([store.list(true), store.remove(found)])
    const removal = said.indexOf('AT+CMGD=1')
    assert.equal(said[removal - 1], 'AT+CPMS="SM","SM","SM"')
  })

  for (const [what, use] of [
    ['listing', (store: SmsStore) => store.list(true)],
    [
      'removal',
      (store: SmsStore) => store.remove([{ store: 'ME', slot: 0, raw: HELLO, contentKey: '', content: NOTHING }]),
    ],
  ] as const) {
    test(`tells what ended a ${what} in another store, not that the used one cannot be chosen after it`, async (t) => {
      const { stick, said, open } = setUp(t)
      const store = storeOf(await open())
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const push = said.push.bind(said)
      said.push = (line) => {
        if (line === 'AT+CPMS="ME"') stick.hang()
        return push(line)
      }
      const failing = assert.rejects(use(store), { code: 'timeout', message: /AT\+CPMS/ })
      while (!stick.faults.isHung) await pass(t, 1)
      await pass(t, 30_000)
      await failing
    })
  }

  test('knows the second copy of a message by its content', async (t) => {
    const { stick, open } = setUp(t)
    const store = stick.mailbox.store('SM')
    store.add({ pdu: HELLO, status: 0 })
    // By way of no service centre, and with TP-MMS the other way round.
    store.add({ pdu: `00${HELLO.slice(16).replace(/^04/, '00')}`, status: 0 })
    store.add({ pdu: HELLO.replace(/1D$/, '1C'), status: 0 })
    const keys = (await storeOf(await open()).list(false)).map(({ contentKey }) => contentKey)
    assert.match(keys[0]!, /^[0-9a-f]{32}$/)
    assert.equal(keys[0], keys[1])
    assert.notEqual(keys[0], keys[2])
  })
})

describe('a status report', () => {
  test('that is stored is listed and removed like a message', async (t) => {
    const { stick, open } = setUp(t)
    const modem = await open()
    const store = storeOf(modem)
    const hints: unknown[] = []
    modem.on('arrived', (direct) => hints.push(direct))
    const references = await store.submit(
      only(prepareSubmissions(outgoing('ok?', { deliveryReport: true }), 1)),
      () => {},
    )
    const [report] = await store.list(false)
    assert.deepEqual(hints, [undefined])
    assert.equal(report?.store, 'SR')
    assert.ok(report.content.kind === 'report')
    assert.deepEqual(
      [report.content.reference, report.content.to, report.content.outcome],
      [references[0], FRIEND, 'delivered'],
    )
    await store.remove([report])
    assert.equal(stick.mailbox.store('SR').used, 0)
    assert.deepEqual(stick.mailbox.places, ['SM', 'SM', 'SM'])
  })

  test('that may lie there unannounced does not keep a message waiting that has just come, and is looked for next time', async (t) => {
    const { network, said, open } = setUp(t)
    const store = storeOf(await open())
    const looks = async (): Promise<boolean> => {
      const before = said.length
      await store.list(false)
      return said.slice(before).includes('AT+CPMS="SR"')
    }
    assert.equal(await looks(), true)
    network.inject({ to: OWN_NUMBER, from: FRIEND, text: 'news' })
    assert.equal(await looks(), false)
    assert.equal(await looks(), true, 'also where the message stays')
  })

  test('that is passed on directly comes with the event, and its store is not looked into', async (t) => {
    const { said, open } = setUp(t, { profile: { cnmi: ['2,1,0,1,0'] } })
    const modem = await open()
    const direct: (StoredSegment | undefined)[] = []
    modem.on('arrived', (segment) => direct.push(segment))
    const store = storeOf(modem)
    await store.submit(only(prepareSubmissions(outgoing('ok?', { deliveryReport: true }), 1)), () => {})
    await store.list(false)
    assert.deepEqual(
      direct.map((segment) => [segment?.store, segment?.slot, segment?.content.kind]),
      [['direct', null, 'report']],
    )
    assert.ok(!said.includes('AT+CPMS="SR"'))
  })
})

describe('submitting', () => {
  test('hands over just before the PDU is written, and tells the reference', async (t) => {
    const { network, stick, said, open } = setUp(t)
    stick.mailbox.reference = 41
    const store = storeOf(await open())
    let before = ''
    const references = await store.submit(only(prepareSubmissions(outgoing('Hello world'), 7)), () => {
      before = said.at(-1) ?? ''
      assert.equal(network.taken.length, 0)
    })
    assert.deepEqual(references, [42])
    assert.match(before, /^AT\+CMGS=\d+$/)
    assert.deepEqual(
      network.taken.map(({ submit }) => [submit.to.number, submit.content.text]),
      [[FRIEND, 'Hello world']],
    )
  })

  test('sends nothing when the hand-over cannot be noted, and the modem stays usable', async (t) => {
    const { network, open } = setUp(t)
    const store = storeOf(await open())
    const submission = only(prepareSubmissions(outgoing('Hello'), 7))
    const fault = new ModemError('internal', 'The journal cannot be written.')
    const failing = (): void => {
      throw fault
    }
    await assert.rejects(store.submit(submission, failing), fault)
    assert.equal(network.taken.length, 0)
    await store.submit(submission, () => {})
    assert.equal(network.taken.length, 1)
  })

  test('is refused without hand-over when the modem gives no prompt', async (t) => {
    const { network, stick, open } = setUp(t)
    const store = storeOf(await open())
    stick.refuse('+CMGS', '+CMS ERROR: 310')
    const failing = (): void => assert.fail('nothing was handed over')
    await assert.rejects(store.submit(only(prepareSubmissions(outgoing('Hello'), 7)), failing), { cms: 310 })
    assert.equal(network.taken.length, 0)
  })

  test('tells the number with which the network refuses', async (t) => {
    const { network, open } = setUp(t)
    network.rejectTo(FRIEND, 38)
    const store = storeOf(await open())
    await assert.rejects(
      store.submit(only(prepareSubmissions(outgoing('Hello'), 7)), () => {}),
      {
        code: 'rejected_by_network',
        cms: 38,
      },
    )
  })

  test('of a long text takes one submission per segment, which the other end joins', async (t) => {
    const { network, open } = setUp(t)
    const store = storeOf(await open())
    const text = 'Grüße € '.repeat(40)
    const submissions = prepareSubmissions(outgoing(text), 0x1234)
    assert.deepEqual(
      submissions.map(({ part, of, segments, encoding }) => [part, of, segments, encoding]),
      [
        [1, 3, 1, 'gsm7'],
        [2, 3, 1, 'gsm7'],
        [3, 3, 1, 'gsm7'],
      ],
    )
    for (const submission of submissions) await store.submit(submission, () => {})
    assert.equal(network.taken.map(({ submit }) => submit.content.text).join(''), text)
  })

  test('of something prepared for another kind of modem is refused', async (t) => {
    const { open } = setUp(t)
    const store = storeOf(await open())
    const foreign = { ...only(prepareSubmissions(outgoing('x'), 1)), wire: '{"to":"1"}' }
    await assert.rejects(
      store.submit(foreign, () => {}),
      { code: 'internal' },
    )
  })
})

test('the segments of a message are joined, and a missing one leaves the rest', async (t) => {
  const { network, open } = setUp(t)
  const store = storeOf(await open())
  const text = `${'a'.repeat(153)}${'b'.repeat(153)}${'c'.repeat(10)}`
  network.inject({ to: OWN_NUMBER, text })
  const raws = (await store.list(false)).map(({ raw }) => raw)
  assert.equal(joinPdus(raws).text, text)
  assert.equal(joinPdus([raws[0]!, null, raws[2]!]).text, `${'a'.repeat(153)}${'c'.repeat(10)}`)
})
