import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { MF190, MF636, MF667 } from '../../src/simulator/profiles.ts'
import { FRIEND, OWN_NUMBER, setUp } from './bench.ts'
import { Terminal } from './terminal.ts'

const HELLO = '0791447700099099040C9144770009103200004230514170908013C8329BFD0699E5EF36484F2FCBDA713A1D'
const RUSSIAN =
  '0791447700099099040C9144770009103200084230514170908032041F04400438043204350442002C0020043C043804400021002004110430043B0430043D0441003A002000340032002020BD'

test('a start reads as it does on an MF190: backlog, echo, red light, refused notification', async (t) => {
  const { network, stick, terminal, clock } = await setUp(t, {
    profile: { ...MF190, cnmi: ['1,1,0,2,0'], factoryStore: 'ME' },
    prepare: [],
    latency: { settleMs: 3000 },
  })
  clock.advance(3500)
  assert.equal(
    await terminal.said(),
    '\r\n+ZUSIMR:2\r\n'.repeat(2) +
      '\r\n+ZPASR: "HSDPA"\r\n\r\n+ZDONR: "Testnet",244,91,"CS_PS","ROAM_OFF"\r\n' +
      '\r\n+ZUSIMR:2\r\n',
  )
  stick.goRedLight()
  network.inject({ to: OWN_NUMBER, text: 'Hello from zte2mqtt' })
  await terminal.said()
  const conversation: [string, string][] = [
    ['\x1b\r', ''],
    ['AT\r', 'AT\r\r\nOK\r\n'],
    ['ATE0\r', 'ATE0\r\r\nOK\r\n'],
    ['AT+CMEE=1\r', '\r\nOK\r\n'],
    ['AT+CPMS?\r', '\r\n+CPMS: "ME",0,100,"ME",0,100,"ME",0,100\r\n\r\nOK\r\n'],
    ['AT+CGMI\r', '\r\nZTE INCORPORATED\r\n\r\nOK\r\n'],
    ['AT+CGMM\r', '\r\nMF190\r\n\r\nOK\r\n'],
    ['AT+CGSN\r', '\r\n863071010123456\r\n\r\nOK\r\n'],
    ['AT+CPIN?\r', '\r\n+CPIN: READY\r\n\r\nOK\r\n'],
    ['AT+CMGF=0\r', '\r\nOK\r\n'],
    ['AT+CPMS="SM","SM","SM"\r', '\r\n+CPMS: 0,50,0,50,0,50\r\n\r\nOK\r\n'],
    ['AT+CNMI=2,1,0,2,0\r', '\r\n+CMS ERROR: 303\r\n'],
    ['AT+CNMI=1,1,0,2,0\r', '\r\nOK\r\n'],
    ['AT+ZOPRT?\r', '\r\n+ZOPRT: 6\r\n\r\nOK\r\n'],
    ['AT+ZOPRT=5\r', '\r\nOK\r\n'],
  ]
  for (const [said, heard] of conversation) assert.equal(await terminal.ask(said), heard, said)
  clock.advance(3000)
  assert.match(await terminal.said(), /^\r\n\+ZPASR: "HSDPA"\r\n.*\r\n\+CMTI: "SM",1\r\n$/s)
  assert.equal(await terminal.ask('AT+CREG=2\r'), '\r\nOK\r\n')
  assert.equal(await terminal.ask('AT+CREG?\r'), '\r\n+CREG: 2,1,1F3C,02A4B1C7\r\n\r\nOK\r\n')
  network.inject({ to: OWN_NUMBER, pdu: RUSSIAN })
  await terminal.said()
  assert.equal(
    await terminal.ask('AT+CMGL=4\r'),
    `\r\n+CMGL: 1,0,,36\r\n${HELLO}\r\n\r\n+CMGL: 2,0,,69\r\n${RUSSIAN}\r\n\r\nOK\r\n`,
  )
  assert.equal(await terminal.ask('AT+CMGD=1\r'), '\r\nOK\r\n')
  assert.equal(await terminal.ask('AT+CMGL=4\r'), `\r\n+CMGL: 2,1,,69\r\n${RUSSIAN}\r\n\r\nOK\r\n`)
  clock.advance(10_000)
  assert.equal(await terminal.said(), '', 'the flood ended when the storage was looked at')
})

test('a message comes in, is read and deleted', async (t) => {
  const { network, terminal } = await setUp(t, { prepare: ['ATE0', 'AT+CMGF=0', 'AT+CNMI=2,1,0,1,0'] })
  network.inject({ to: OWN_NUMBER, text: 'Hello from zte2mqtt' })
  assert.equal(await terminal.said(), '\r\n+CMTI: "SM",1\r\n')
  assert.equal(await terminal.ask('AT+CMGR=1\r'), `\r\n+CMGR: 0,,36\r\n${HELLO}\r\n\r\nOK\r\n`)
  assert.equal(await terminal.ask('AT+CMGR=1\r'), `\r\n+CMGR: 1,,36\r\n${HELLO}\r\n\r\nOK\r\n`)
  assert.equal(await terminal.ask('AT+CMGD=1\r'), '\r\nOK\r\n')
  assert.equal(await terminal.ask('AT+CMGR=1\r'), '\r\n+CMS ERROR: 321\r\n')
})

test('messages go out, one part after the other, and the second is refused by the network', async (t) => {
  const { network, stick, terminal } = await setUp(t)
  stick.mailbox.reference = 128
  assert.equal(await terminal.ask('AT+CMGS=23\r'), '\r\n> ')
  const pdu = '0001000C9144770009103200000BC8329BFD06DDDF723619'
  assert.equal(await terminal.ask(`${pdu}\x1a`), '\r\n+CMGS: 129\r\n\r\nOK\r\n')
  network.rejectTo(FRIEND, 38, 1)
  assert.equal(await terminal.ask('AT+CMGS=27\r'), '\r\n> ')
  const second = '0041000C9144770009103200080E050003030202044F044F044F044F\x1a'
  assert.equal(await terminal.ask(second), '\r\n+CMS ERROR: 38\r\n')
  assert.deepEqual(
    network.taken.map(({ from, reference, submit, rejection }) => [from, reference, submit.content.text, rejection]),
    [
      [OWN_NUMBER, 129, 'Hello world', null],
      [OWN_NUMBER, 130, 'яяяя', 38],
    ],
  )
})

test('a USSD menu is opened, answered and closed as on an MF667', async (t) => {
  const { terminal } = await setUp(t, {
    profile: MF667,
    network: { ussd: { '*100#': { text: '1: Balance\n2: Data', menu: { '1': { text: 'Balance 12.50' } } } } },
  })
  const conversation: [string, string][] = [
    ['AT+CSCS="GSM"\r', '\r\nOK\r\n'],
    [
      'AT+CUSD=1,"*100#",15\r',
      '\r\nOK\r\n\r\n+CUSD: 1,"0031003A002000420061006C0061006E00630065000A0032003A00200044006100740061",72\r\n',
    ],
    ['AT+CUSD=1,"1",15\r', '\r\nOK\r\n\r\n+CUSD: 0,"00420061006C0061006E00630065002000310032002E00350030",72\r\n'],
    ['AT+CUSD=2\r', '\r\n+CME ERROR: 3\r\n'],
  ]
  for (const [said, heard] of conversation) assert.equal(await terminal.ask(said), heard, said)
})

test('a PIN is asked for, counted and taken, and the flood begins anew', async (t) => {
  const { terminal, clock } = await setUp(t, { sim: { pin: '1234' }, profile: { floodsUntilCpms: true } })
  const conversation: [string, string][] = [
    ['AT+CPIN?\r', '\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n'],
    ['AT+CMGL=4\r', '\r\n+CMS ERROR: 311\r\n'],
    ['AT+CIMI\r', '\r\n+CME ERROR: 11\r\n'],
    ['AT+CREG?\r', '\r\n+CREG: 0,0\r\n\r\nOK\r\n'],
    ['AT+CPIN="0000"\r', '\r\n+CME ERROR: 16\r\n'],
    ['AT+ZPINPUK=?\r', '\r\n+ZPINPUK: 2,10\r\n\r\nOK\r\n'],
    ['AT+CPIN="1234"\r', '\r\nOK\r\n'],
    ['AT+CPIN?\r', '\r\n+CPIN: READY\r\n\r\nOK\r\n'],
    ['AT+ZPINPUK=?\r', '\r\n+ZPINPUK: 3,10\r\n\r\nOK\r\n'],
    ['AT+CREG?\r', '\r\n+CREG: 0,1\r\n\r\nOK\r\n'],
  ]
  for (const [said, heard] of conversation) assert.equal(await terminal.ask(said), heard, said)
  clock.advance(1000)
  assert.equal(await terminal.said(), '\r\n+ZUSIMR:2\r\n')
})

test('three wrong PINs ask for the PUK, which sets a new PIN', async (t) => {
  const { terminal } = await setUp(t, { sim: { pin: '1234', puk: '87654321' } })
  for (let i = 0; i < 3; i++) assert.deepEqual(await terminal.lines('AT+CPIN="0000"'), ['+CME ERROR: 16'])
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CPIN: SIM PUK', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CIMI'), ['+CME ERROR: 12'])
  assert.deepEqual(await terminal.lines('AT+CPIN="1234"'), ['+CME ERROR: 16'])
  assert.deepEqual(await terminal.lines('AT+ZPINPUK=?'), ['+ZPINPUK: 0,9', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CPIN="87654321","4321"'), ['OK'])
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CPIN: READY', 'OK'])
})

test('sticks of one network write to each other, and the report comes back', async (t) => {
  const { network, terminal } = await setUp(t, { prepare: ['ATE0', 'AT+CMGF=0', 'AT+CNMI=2,1,0,1,0'] })
  const other = new AtStick({ network, number: FRIEND, profile: MF636 })
  t.after(() => other.close())
  const friend = new Terminal(other.connect())
  await friend.ask('ATE0\r')
  await terminal.ask('AT+CMGS=23\r')
  assert.equal(
    await terminal.ask('0021000C9144770009103200000BC8329BFD06DDDF723619\x1a'),
    '\r\n+CMGS: 1\r\n\r\nOK\r\n' +
      '\r\n+CDS: ,25\r\n07914477000990990601' +
      '0C9144770009103242305141709080423051417090800' +
      '0\r\n',
  )
  assert.equal(await friend.said(), '\r\n+CMTI: "ME",0\r\n')
  assert.deepEqual(await friend.lines('AT+CMGR=0'), [
    '+CMGR: "REC UNREAD","+447700900001",,"24/03/15,14:07:09+08"',
    'Hello world',
    'OK',
  ])
})

test('only the ports that the profile names hear what nobody asked for', async (t) => {
  const { stick, terminal } = await setUp(t, { profile: { unsolicitedOn: ['modem'] } })
  const modem = new Terminal(stick.connect(stick.interfaceOf('modem')))
  stick.ring(FRIEND)
  assert.equal(await terminal.said(), '')
  assert.equal(await modem.said(), '\r\nRING\r\n')
})

test('a conversation may arrive cut at every place, or octet by octet', async (t) => {
  const input = 'AT+CSQ\rAT+CMGS=23\r0001000C9144770009103200000BC8329BFD06DDDF723619\x1aAT+CMEE?\r'
  const output = '\r\n+CSQ: 17,99\r\n\r\nOK\r\n\r\n> \r\n+CMGS: 1\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n'
  for (let cut = 0; cut <= input.length; cut++) {
    const { stick, terminal } = await setUp(t)
    terminal.line.write(input.slice(0, cut))
    terminal.line.write(input.slice(cut))
    assert.equal(await terminal.said(), output, `cut at ${cut}`)
    stick.close()
  }
  const { terminal } = await setUp(t)
  for (const octet of input) terminal.line.write(octet)
  assert.equal(await terminal.said(), output)
})

test('noise does not upset a stick', async (t) => {
  const { terminal } = await setUp(t)
  let seed = 7
  const next = (): number => {
    seed = (seed * 48271) % 2147483647
    return seed & 0xff
  }
  const noise = Buffer.from(Array.from({ length: 20_000 }, next))
  const pieces = ['AT', '+CMGS=', '+CPMS="', '\r', ';', '?', '=', '"', '+CNMI=', '+CUSD=1,"']
  terminal.line.write(noise)
  for (const piece of Array.from({ length: 2000 }, (_, i) => pieces[(noise[i] ?? 0) % pieces.length])) {
    terminal.line.write(piece)
  }
  await terminal.said()
  await terminal.ask('\x1b\r')
  assert.match(await terminal.ask('ATE0V1\r'), /OK\r\n$/)
})
