import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { FRIEND, OWN_NUMBER, setUp } from './bench.ts'
import { Terminal } from './terminal.ts'

const PDU = '0001000C9144770009103200000BC8329BFD06DDDF723619'
const HELLO = '0791447700099099040C9144770009103200004230514170908013C8329BFD0699E5EF36484F2FCBDA713A1D'

test('a stick that hangs keeps its connection and says nothing until it was off the bus', async (t) => {
  const { stick, terminal, network } = await setUp(t)
  stick.hang()
  assert.equal(await terminal.ask('AT\r'), '')
  network.inject({ to: OWN_NUMBER, text: 'x' })
  assert.equal(await terminal.said(), '')
  assert.equal(terminal.isClosed, false)
  stick.dropOffBus()
  await stick.replug()
  const again = new Terminal(stick.connect())
  assert.equal(await again.ask('AT\r'), 'AT\r\r\nOK\r\n')
})

test('a late answer comes after its time, once', async (t) => {
  const { stick, terminal, clock } = await setUp(t)
  stick.answerLate(7000)
  assert.equal(await terminal.ask('AT+CSQ\r'), '')
  assert.equal(await terminal.ask('AT+CMEE?\r'), '', 'the next command waits for it')
  clock.advance(7000)
  assert.equal(await terminal.said(), '\r\n+CSQ: 17,99\r\n\r\nOK\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n')
})

test('a late answer can be that of one command', async (t) => {
  const { stick, terminal, clock } = await setUp(t)
  stick.answerLate(7000, '+CSQ')
  assert.deepEqual(await terminal.lines('AT+CMEE?'), ['+CMEE: 1', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CSQ'), [])
  clock.advance(7000)
  assert.equal(await terminal.said(), '\r\n+CSQ: 17,99\r\n\r\nOK\r\n')
  assert.deepEqual(await terminal.lines('AT+CSQ'), ['+CSQ: 17,99', 'OK'])
})

test('junk comes ahead of the next output only', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.garble(Uint8Array.of(0, 0, 0x7e))
  assert.equal(await terminal.ask('AT\r'), '\0\0~\r\nOK\r\n')
  assert.equal(await terminal.ask('AT\r'), '\r\nOK\r\n')
  stick.garble(Uint8Array.of(0x7e), 2)
  assert.equal(await terminal.ask('AT\r'), '~\r\nOK\r\n')
  assert.equal(await terminal.ask('AT\r'), '~\r\nOK\r\n')
  assert.equal(await terminal.ask('AT\r'), '\r\nOK\r\n')
})

test('answers can come in pieces', async (t) => {
  const { stick, terminal } = await setUp(t)
  const pieces: string[] = []
  stick.splitReplies(1)
  terminal.line.on('data', (chunk: Buffer) => pieces.push(chunk.toString()))
  assert.equal(await terminal.ask('AT+CSQ\r'), '\r\n+CSQ: 17,99\r\n\r\nOK\r\n')
  assert.deepEqual(pieces, [...'\r\n+CSQ: 17,99\r\n\r\nOK\r\n'])
  stick.splitReplies(null)
  pieces.length = 0
  await terminal.ask('AT\r')
  assert.deepEqual(pieces, ['\r\nOK\r\n'])
})

for (const afterLine of [0, 1, 2]) {
  test(`an unsolicited line can stand behind line ${afterLine} of an answer`, async (t) => {
    const { stick, terminal, network } = await setUp(t)
    network.inject({ to: OWN_NUMBER, text: 'Hello from zte2mqtt' })
    stick.insertBetweenLines('+ZPASR: "UMTS"', afterLine)
    assert.equal(await terminal.ask('AT\r'), '\r\nOK\r\n', 'an answer of one line has no place for it')
    const lines = ['+CMGL: 1,0,,36', HELLO, 'OK']
    const disturbed = lines.toSpliced(afterLine, 0, '+ZPASR: "UMTS"')
    assert.deepEqual(await terminal.lines('AT+CMGL=4'), disturbed)
    assert.deepEqual(await terminal.lines('AT+CSQ'), ['+CSQ: 17,99', 'OK'])
  })
}

test('unsolicited lines can stand between any two lines of an answer, so often', async (t) => {
  const { stick, terminal, network } = await setUp(t)
  network.inject({ to: OWN_NUMBER, text: 'Hello from zte2mqtt' })
  stick.interleave(['+ZUSIMR:2', '+ZPASR: "UMTS"'], 2)
  const lines = ['+CMGL: 1,0,,36', '+ZUSIMR:2', HELLO, '+ZPASR: "UMTS"', 'OK']
  assert.deepEqual(await terminal.lines('AT+CMGL=4'), lines)
  assert.deepEqual(await terminal.lines('AT+CSQ'), ['+CSQ: 17,99', '+ZUSIMR:2', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CSQ'), ['+CSQ: 17,99', 'OK'])
})

test('a prompt can fail to come, and ESC ends the waiting', async (t) => {
  const { stick, terminal, network } = await setUp(t)
  stick.noPrompt()
  assert.equal(await terminal.ask('AT+CMGS=23\r'), '')
  assert.equal(await terminal.ask('AT\r'), '', 'everything is data now')
  assert.equal(await terminal.ask('\x1b'), '\r\nOK\r\n')
  assert.equal(await terminal.ask('AT\r'), '\r\nOK\r\n')
  assert.equal(network.taken.length, 0)
})

test('a prompt can lack its blank', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.promptWithoutBlank()
  assert.equal(await terminal.ask('AT+CMGS=23\r'), '\r\n>')
  assert.equal(await terminal.ask(`${PDU}\x1a`), '\r\n+CMGS: 1\r\n\r\nOK\r\n')
  assert.equal(await terminal.ask('AT+CMGS=23\r'), '\r\n> ')
})

test('a prompt left open by one client catches the next one', async (t) => {
  const { stick, terminal } = await setUp(t)
  await terminal.ask('AT+CMGS=23\r')
  terminal.line.destroy()
  await terminal.said()
  const next = new Terminal(stick.connect())
  assert.equal(await next.ask('AT\r'), '')
  assert.equal(await next.ask('\x1b\r'), '\r\nOK\r\n')
  assert.equal(await next.ask('AT\r'), '\r\nOK\r\n')
})

test('a full store keeps messages waiting in the network until room is made', async (t) => {
  const { stick, terminal, network } = await setUp(t, {
    profile: { stores: { SM: { capacity: 2, firstIndex: 1 } } },
    prepare: ['ATE0', 'AT+CMGF=0', 'AT+CNMI=2,1,0,0,0'],
  })
  stick.fillStore()
  network.inject({ to: OWN_NUMBER, text: 'first' })
  network.inject({ to: OWN_NUMBER, text: 'second' })
  assert.equal(await terminal.said(), '')
  assert.equal(network.waiting(OWN_NUMBER).length, 2)
  assert.equal(await terminal.ask('AT+CMGD=2\r'), '\r\nOK\r\n\r\n+CMTI: "SM",2\r\n')
  assert.equal(network.waiting(OWN_NUMBER).length, 1)
  assert.equal(await terminal.ask('AT+CMGD=1\r'), '\r\nOK\r\n\r\n+CMTI: "SM",1\r\n')
  assert.equal(network.waiting(OWN_NUMBER).length, 0)
})

test('notifications get lost or doubled, messages do not', async (t) => {
  const { stick, terminal, network } = await setUp(t, { prepare: ['ATE0', 'AT+CNMI=2,1,0,0,0'] })
  stick.loseNotification()
  network.inject({ to: OWN_NUMBER, text: 'one' })
  assert.equal(await terminal.said(), '')
  stick.duplicateNotification()
  network.inject({ to: OWN_NUMBER, text: 'two' })
  assert.equal(await terminal.said(), '\r\n+CMTI: "SM",2\r\n'.repeat(2))
  network.inject({ to: OWN_NUMBER, text: 'three' })
  assert.equal(await terminal.said(), '\r\n+CMTI: "SM",3\r\n')
  assert.equal(stick.mailbox.store('SM').used, 3)
})

test('a SIM can be busy for a while, or absent', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.simBusy(2)
  assert.deepEqual(await terminal.lines('AT+CPMS?'), ['+CMS ERROR: 314'])
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CME ERROR: 14'])
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CPIN: READY', 'OK'])
  stick.simAbsent()
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CME ERROR: 10'])
  assert.deepEqual(await terminal.lines('AT+CMGL=4'), ['+CMS ERROR: 310'])
  assert.deepEqual(await terminal.lines('AT+CREG?'), ['+CREG: 0,0', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CMEE=2;+CPIN?'), ['+CME ERROR: SIM not inserted'])
  stick.insertSim()
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CPIN: READY', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CREG?'), ['+CREG: 0,1', 'OK'])
})

test('a PIN can be needed again, also after the next return', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.needPin('4711')
  assert.deepEqual(await terminal.lines('AT+CPIN?'), ['+CPIN: SIM PIN', 'OK'])
  assert.deepEqual(await terminal.lines('AT+CPIN="4711"'), ['OK'])
  stick.dropOffBus()
  await stick.replug()
  const again = new Terminal(stick.connect())
  await again.ask('ATE0\r')
  assert.deepEqual(await again.lines('AT+CPIN?'), ['+CPIN: SIM PIN', 'OK'])
})

test('the echo can return with every CFUN', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.echoReturnsAfterCfun()
  assert.equal(await terminal.ask('AT+CFUN=1\r'), '\r\nOK\r\n')
  assert.equal(await terminal.ask('AT\r'), 'AT\r\r\nOK\r\n')
})

test('a storm of unsolicited lines does not wait for the end of an answer', async (t) => {
  const { stick, terminal, clock } = await setUp(t)
  stick.answerLate(1000)
  await terminal.ask('AT\r')
  stick.urcStorm(100)
  assert.equal((await terminal.said()).match(/\r\n[^\r\n]+\r\n/g)?.length, 100)
  clock.advance(1000)
  assert.equal(await terminal.said(), '\r\nOK\r\n')
})

test('a command can be refused, as a whole, in one form, for a time', async (t) => {
  const { stick, terminal } = await setUp(t)
  stick.refuse('+CSQ')
  stick.refuse('+cnmi=2,1,0,2,0', '+CMS ERROR: 500')
  stick.refuse('+CPMS?', '+CMS ERROR: 314', 1)
  assert.deepEqual(await terminal.lines('AT+CSQ'), ['ERROR'])
  assert.deepEqual(await terminal.lines('AT+CNMI=2,1,0,2,0'), ['+CMS ERROR: 500'])
  assert.deepEqual(await terminal.lines('AT+CNMI=2,1,0,1,0'), ['OK'])
  assert.deepEqual(await terminal.lines('AT+CPMS?'), ['+CMS ERROR: 314'])
  assert.deepEqual(await terminal.lines('AT+CPMS?'), ['+CPMS: "SM",0,50,"SM",0,50,"SM",0,50', 'OK'])
})

test('an unread port keeps what it was told, and no more than it can hold', async (t) => {
  const { stick, terminal } = await setUp(t, { prepare: [] })
  terminal.line.destroy()
  await terminal.said()
  stick.urcStorm(200)
  const late = new Terminal(stick.connect())
  assert.equal((await late.said()).match(/\r\n[^\r\n]+\r\n/g)?.length, 64)
})

test('a stick dropped before the prompt or after the PDU has sent nothing', async (t) => {
  for (const moment of ['before-prompt', 'after-pdu'] as const) {
    const { stick, terminal, network } = await setUp(t)
    stick.dropAt(moment)
    await terminal.ask('AT+CMGS=23\r')
    if (moment === 'after-pdu') await terminal.ask(`${PDU}\x1a`)
    assert.equal(terminal.isClosed, true, moment)
    assert.equal(network.taken.length, 0, moment)
    await stick.whenBack()
    assert.equal(stick.isOnBus, true, moment)
  }
})

test('a stick dropped before its result has sent the message', async (t) => {
  const { stick, terminal, network } = await setUp(t)
  stick.dropAt('before-cmgs-result')
  await terminal.ask('AT+CMGS=23\r')
  assert.equal(await terminal.ask(`${PDU}\x1a`), '')
  assert.equal(terminal.isClosed, true)
  assert.deepEqual(
    network.taken.map(({ submit }) => submit.to.number),
    [FRIEND],
  )
})

test('a stick dropped within a list shows half a message and keeps it', async (t) => {
  const { stick, terminal, network } = await setUp(t)
  network.inject({ to: OWN_NUMBER, text: 'Hello from zte2mqtt' })
  stick.dropAt('mid-list')
  const closed = once(terminal.line, 'close')
  assert.match(await terminal.ask('AT+CMGL=4\r'), /^\r\n\+CMGL: 1,0,,36\r\n07914477[0-9A-F]+$/)
  await closed
  assert.equal(stick.mailbox.store('SM').used, 1)
})

test('a stick dropped before the OK of a deletion has deleted', async (t) => {
  const { stick, terminal, network } = await setUp(t)
  network.inject({ to: OWN_NUMBER, text: 'Hello from zte2mqtt' })
  stick.dropAt('before-cmgd-result')
  assert.equal(await terminal.ask('AT+CMGD=1\r'), '')
  assert.equal(terminal.isClosed, true)
  assert.equal(stick.mailbox.store('SM').used, 0)
})
