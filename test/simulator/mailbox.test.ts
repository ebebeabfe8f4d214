import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageStore } from '../../src/simulator/message-store.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { FRIEND, OWN_NUMBER, setUp } from './bench.ts'

const ALL_CNMI = ['*,*,*,*,*']
const REPORTED = '0021000C9144770009103200000BC8329BFD06DDDF723619'
const REPORT = '07914477000990990601' + '0C91447700091032423051417090804230514170908000'

interface NotificationRow {
  name: string
  cnmi: string
  profile?: Partial<StickProfile>
  message?: { messageClass?: 0 | 1 | 2 | 3; pid?: number }
  heard: RegExp
  stored: { SM?: number; ME?: number }
}

const NOTIFICATIONS: NotificationRow[] = [
  { name: 'mt 1 stores and tells where', cnmi: '2,1,0,0,0', heard: /^\r\n\+CMTI: "SM",1\r\n$/, stored: { SM: 1 } },
  { name: 'mt 0 stores without a word', cnmi: '2,0,0,0,0', heard: /^$/, stored: { SM: 1 } },
  { name: 'mode 0 keeps notifications back', cnmi: '0,1,0,0,0', heard: /^$/, stored: { SM: 1 } },
  { name: 'mt 2 passes on directly', cnmi: '2,2,0,0,0', heard: /^\r\n\+CMT: ,17\r\n0791[0-9A-F]+\r\n$/, stored: {} },
  {
    name: 'mt 2 in the other form',
    cnmi: '2,2,0,0,0',
    profile: { cmtForm: '"",' },
    heard: /^\r\n\+CMT: "",17\r\n0791[0-9A-F]+\r\n$/,
    stored: {},
  },
  { name: 'mt 3 stores ordinary messages', cnmi: '2,3,0,0,0', heard: /^\r\n\+CMTI: "SM",1\r\n$/, stored: { SM: 1 } },
  {
    name: 'mt 3 passes on class 3',
    cnmi: '2,3,0,0,0',
    message: { messageClass: 3 },
    heard: /^\r\n\+CMT: ,17\r\n/,
    stored: {},
  },
  {
    name: 'class 2 goes to the SIM, whatever is set',
    cnmi: '2,2,0,0,0',
    profile: { factoryStore: 'ME' },
    message: { messageClass: 2 },
    heard: /^\r\n\+CMTI: "SM",1\r\n$/,
    stored: { SM: 1 },
  },
  {
    name: 'ME counts from 0',
    cnmi: '2,1,0,0,0',
    profile: { factoryStore: 'ME' },
    heard: /^\r\n\+CMTI: "ME",0\r\n$/,
    stored: { ME: 1 },
  },
  {
    name: 'a flash message is passed on directly',
    cnmi: '2,1,0,0,0',
    message: { messageClass: 0 },
    heard: /^\r\n\+CMT: ,17\r\n/,
    stored: {},
  },
  {
    name: 'a flash message is lost where nobody is notified',
    cnmi: '2,0,0,0,0',
    message: { messageClass: 0 },
    heard: /^$/,
    stored: {},
  },
  {
    name: 'a flash message is shown to nobody',
    cnmi: '2,1,0,0,0',
    profile: { flash: 'lost' },
    message: { messageClass: 0 },
    heard: /^$/,
    stored: {},
  },
  {
    name: 'a flash message is stored',
    cnmi: '2,1,0,0,0',
    profile: { flash: 'stored' },
    message: { messageClass: 0 },
    heard: /^\r\n\+CMTI: "SM",1\r\n$/,
    stored: { SM: 1 },
  },
  { name: 'type 0 is acknowledged only', cnmi: '2,1,0,0,0', message: { pid: 0x40 }, heard: /^$/, stored: {} },
]
for (const { name, cnmi, profile, message, heard, stored } of NOTIFICATIONS) {
  test(`notification: ${name}`, async (t) => {
    const prepare = ['ATE0', `AT+CNMI=${cnmi}`]
    const { network, stick, terminal } = await setUp(t, { profile: { cnmi: ALL_CNMI, ...profile }, prepare })
    // A short code keeps the length of the TPDU the same in every row.
    network.inject({ to: OWN_NUMBER, from: '12345', text: 'a', ...message })
    assert.match(await terminal.said(), heard)
    for (const name of ['SM', 'ME'] as const) assert.equal(stick.mailbox.store(name).used, stored[name] ?? 0, name)
    assert.equal(network.waiting(OWN_NUMBER).length, 0)
  })
}

const REPORTS: [name: string, cnmi: string, profile: Partial<StickProfile>, heard: string, stored: number][] = [
  ['ds 1 passes on directly, with ZTE’s comma', '2,1,0,1,0', {}, `\r\n+CDS: ,25\r\n${REPORT}\r\n`, 0],
  ['ds 1 without the comma', '2,1,0,1,0', { cdsForm: '' }, `\r\n+CDS: 25\r\n${REPORT}\r\n`, 0],
  ['ds 2 stores in SR and tells where', '2,1,0,2,0', {}, '\r\n+CDSI: "SR",0\r\n', 1],
  ['ds 0 stores without a word', '2,1,0,0,0', {}, '', 1],
]
for (const [name, cnmi, profile, heard, stored] of REPORTS) {
  test(`report: ${name}`, async (t) => {
    const prepare = ['ATE0', 'AT+CMGF=0', `AT+CNMI=${cnmi}`]
    const { stick, terminal } = await setUp(t, { profile: { cnmi: ALL_CNMI, ...profile }, prepare })
    await terminal.ask('AT+CMGS=23\r')
    assert.equal(await terminal.ask(`${REPORTED}\x1a`), `\r\n+CMGS: 1\r\n\r\nOK\r\n${heard}`)
    assert.equal(stick.mailbox.store('SR').used, stored)
  })
}

test('a stored report is read from SR and has no status', async (t) => {
  const { terminal } = await setUp(t, { prepare: ['ATE0', 'AT+CMGF=0', 'AT+CNMI=2,1,0,2,0'] })
  await terminal.ask('AT+CMGS=23\r')
  await terminal.ask(`${REPORTED}\x1a`)
  assert.deepEqual(await terminal.lines('AT+CPMS="SR"'), ['+CPMS: 1,100,0,50,0,50', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CMGR=0'), ['+CMGR: ,,25', REPORT, 'OK'])
  assert.deepEqual(await terminal.lines('AT+CMGD=0'), ['OK'])
  assert.deepEqual(await terminal.lines('AT+CMGL=4'), ['OK'])
})

const WRONG_PDUS: [name: string, length: number, payload: string, result: string][] = [
  ['a length that is not the PDU’s', 24, '0001000C9144770009103200000BC8329BFD06DDDF723619', '304'],
  ['half an octet', 23, '0001000C9144770009103200000BC8329BFD06DDDF72361', '304'],
  ['no hex', 3, 'hello', '304'],
  ['nothing', 0, '', '304'],
  ['an SMS-DELIVER', 19, '00040C91447700091032000042305141709080', '304'],
]
for (const [name, length, payload, number] of WRONG_PDUS) {
  test(`a PDU is refused: ${name}`, async (t) => {
    const { network, terminal } = await setUp(t)
    assert.equal(await terminal.ask(`AT+CMGS=${length}\r`), '\r\n> ')
    assert.equal(await terminal.ask(`${payload}\x1a`), `\r\n+CMS ERROR: ${number}\r\n`)
    assert.equal(network.taken.length, 0)
  })
}

test('nothing is sent without registration or without a service centre', async (t) => {
  const { network, stick, terminal } = await setUp(t)
  const send = async (): Promise<string> => {
    await terminal.ask('AT+CMGS=23\r')
    return terminal.ask('0001000C9144770009103200000BC8329BFD06DDDF723619\x1a')
  }
  stick.goRedLight()
  assert.equal(await send(), '\r\n+CMS ERROR: 331\r\n')
  await terminal.ask('AT+ZOPRT=5\r')
  await terminal.ask('AT+CSCA=""\r')
  assert.equal(await send(), '\r\n+CMS ERROR: 330\r\n')
  assert.equal(network.taken.length, 0)
})

test('the reference counts to 255 and begins again', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.mailbox.reference = 254
  for (const expected of [255, 0, 1]) {
    await terminal.ask('AT+CMGS=23\r')
    const answer = await terminal.ask('0001000C9144770009103200000BC8329BFD06DDDF723619\x1a')
    assert.equal(answer, `\r\n+CMGS: ${expected}\r\n\r\nOK\r\n`)
  }
})

test('with echo the PDU comes back too', async (t) => {
  const { terminal } = await setUp(t, { prepare: ['AT+CMGF=0'] })
  assert.equal(await terminal.ask('AT+CMGS=23\r'), 'AT+CMGS=23\r\r\n> ')
  const pdu = '0001000C9144770009103200000BC8329BFD06DDDF723619\x1a'
  assert.equal(await terminal.ask(pdu), `${pdu}\r\n+CMGS: 1\r\n\r\nOK\r\n`)
})

test('a message is written, listed and sent from the store', async (t) => {
  const { network, terminal } = await setUp(t)
  const pdu = '0001000C9144770009103200000BC8329BFD06DDDF723619'
  await terminal.ask('AT+CMGW=23\r')
  assert.equal(await terminal.ask(`${pdu}\x1a`), '\r\n+CMGW: 1\r\n\r\nOK\r\n')
  assert.deepEqual(await terminal.lines('AT+CMGL=2'), ['+CMGL: 1,2,,23', pdu, 'OK'])
  assert.deepEqual(await terminal.lines('AT+CMSS=1'), ['+CMSS: 1', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CMGL=3'), ['+CMGL: 1,3,,23', pdu, 'OK'])
  assert.equal(network.taken[0]?.submit.content.text, 'Hello world')
})

test('CMGD with a flag deletes by status', async (t) => {
  const { network, stick, terminal } = await setUp(t)
  for (const text of ['one', 'two']) network.inject({ to: OWN_NUMBER, text })
  await terminal.lines('AT+CMGR=1')
  assert.deepEqual(await terminal.lines('AT+CMGD=1,1'), ['OK'])
  assert.deepEqual(
    stick.mailbox
      .store('SM')
      .list()
      .map(([index]) => index),
    [2],
  )
  assert.deepEqual(await terminal.lines('AT+CMGD=1,4'), ['OK'])
  assert.equal(stick.mailbox.store('SM').used, 0)
})

test('text mode lists, reads and sends', async (t) => {
  const { network, terminal } = await setUp(t, { prepare: ['ATE0'] })
  network.inject({ to: OWN_NUMBER, from: 'Mobilis', text: 'two\nlines' })
  const head = '"Mobilis",,"24/03/15,14:07:09+08"'
  assert.deepEqual(await terminal.lines('AT+CMGL="ALL"'), [`+CMGL: 1,"REC UNREAD",${head}`, 'two', 'lines', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CMGL="REC UNREAD"'), ['OK'])
  assert.deepEqual(await terminal.lines('AT+CMGL=4'), ['+CMS ERROR: 305'])
  assert.equal(await terminal.ask(`AT+CMGS="${FRIEND}"\r`), '\r\n> ')
  assert.equal(await terminal.ask('Hello\x1a'), '\r\n+CMGS: 1\r\n\r\nOK\r\n')
  await terminal.ask(`AT+CMGS="${FRIEND}"\r`)
  assert.equal(await terminal.ask(`${'x'.repeat(161)}\x1a`), '\r\n+CMS ERROR: 305\r\n')
  assert.deepEqual(
    network.taken.map(({ submit }) => [submit.to.number, submit.content.text]),
    [[FRIEND, 'Hello']],
  )
})

test('a store fills the lowest free slot and keeps the numbers of the others', () => {
  const store = new MessageStore(3, 1)
  const add = (pdu: string) => store.add({ pdu, status: 0 })
  assert.deepEqual([add('a'), add('b'), add('c'), add('d')], [1, 2, 3, null])
  assert.equal(store.remove(2), true)
  assert.equal(store.remove(2), true, 'freeing an empty slot')
  assert.equal(store.remove(0), false)
  assert.equal(store.remove(4), false)
  assert.equal(add('e'), 2)
  assert.deepEqual(
    store.list().map(([index, { pdu }]) => `${index}${pdu}`),
    ['1a', '2e', '3c'],
  )
})
