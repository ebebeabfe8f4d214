import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import { settle, setUp } from './ussd-bench.ts'

describe('a session', () => {
  test('of three levels keeps its id, and every reply answers its command and is published', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    const replies = ['1: Data', '1: Left', '3 GB']
    modem.onSaid = () => modem.hear(replies[0] ?? '', replies.length > 1 ? 'reply_needed' : 'done')
    const first = await desk.send('*100#')
    replies.shift()
    const second = await desk.reply('1')
    replies.shift()
    const third = await desk.reply('1')
    assert.deepEqual(outlet.ussd, [first, second, third])
    assert.deepEqual(
      outlet.ussd.map(({ request, text, status }) => [request, text, status]),
      [
        ['*100#', '1: Data', 'reply_needed'],
        ['1', '1: Left', 'reply_needed'],
        ['1', '3 GB', 'done'],
      ],
    )
    assert.equal(new Set(outlet.ussd.map(({ sessionId }) => sessionId)).size, 1)
    await assert.rejects(desk.reply('1'), { code: 'invalid_request' }, 'no menu is open any more')
  })

  test('is the only one: while it waits for a reply, others are refused', async (t) => {
    const { desk, modem } = setUp(t)
    await desk.opened(modem)
    const first = desk.send('*100#')
    await assert.rejects(desk.send('*101#'), { code: 'queue_full' })
    await assert.rejects(desk.reply('1'), { code: 'queue_full' })
    await settle()
    modem.hear('ok')
    assert.equal((await first).text, 'ok')
    assert.deepEqual(modem.log, ['say *100#'])
  })

  test('whose menu is open is cancelled by a new code', async (t) => {
    const { desk, modem } = setUp(t)
    await desk.opened(modem)
    modem.onSaid = (code) => modem.hear('menu', code === '*100#' ? 'reply_needed' : 'done')
    await desk.send('*100#')
    await desk.send('*101#')
    assert.deepEqual(modem.log, ['say *100#', 'cancel', 'say *101#'])
  })

  test('that nobody answers is cancelled after some minutes', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    modem.onSaid = () => modem.hear('menu', 'reply_needed')
    await desk.send('*100#')
    const wait = await desk.tend()
    assert.equal(wait, 300_000)
    t.mock.timers.tick(300_000)
    await desk.tend()
    assert.deepEqual(modem.log, ['say *100#', 'cancel'])
    assert.equal(outlet.ussd.at(-1)?.status, 'terminated')
    await assert.rejects(desk.reply('1'), { code: 'invalid_request' })
  })

  test('that the network ends is over, and this is told', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    modem.onSaid = () => modem.hear('menu', 'reply_needed')
    const { sessionId } = await desk.send('*100#')
    modem.hear(null, 'terminated')
    assert.deepEqual([outlet.ussd.at(-1)?.sessionId, outlet.ussd.at(-1)?.status], [sessionId, 'terminated'])
    await assert.rejects(desk.reply('1'), { code: 'invalid_request' })
  })

  test('that is cancelled ends the command which waits for it', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    const waiting = desk.send('*100#')
    await settle()
    await desk.cancel()
    assert.equal((await waiting).status, 'terminated')
    await desk.cancel()
    assert.equal(outlet.ussd.length, 1)
  })

  test('ends with the modem: the command is told so, and a new modem begins anew', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    const waiting = desk.send('*100#')
    await settle()
    desk.closed()
    await assert.rejects(waiting, { code: 'modem_offline' })
    await assert.rejects(desk.send('*100#'), { code: 'modem_offline' })
    assert.deepEqual(outlet.ussd, [], 'there was no reply')
    await desk.opened(modem)
    await assert.rejects(desk.reply('1'), { code: 'invalid_request' })
    modem.onSaid = () => modem.hear('ok')
    assert.equal((await desk.send('*100#')).text, 'ok')
  })
})

describe('a reply', () => {
  test('may come before the modem has taken the code, and a refusal may come twice', async (t) => {
    const { desk, modem } = setUp(t)
    await desk.opened(modem)
    modem.onSaid = () => {
      modem.hear('hasty')
      throw new ModemError('rejected_by_modem', 'ERROR')
    }
    assert.equal((await desk.send('*100#')).text, 'hasty')
  })

  test('that does not come is a time-out, and nothing is said again', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    const waiting = desk.send('*100#')
    await settle()
    t.mock.timers.tick(60_000)
    await assert.rejects(waiting, { code: 'timeout', retry: 'later' })
    assert.deepEqual(modem.log, ['say *100#'])
    assert.deepEqual(
      outlet.ussd.map(({ status, text }) => [status, text]),
      [['timeout', null]],
    )
  })

  test('that comes after the time-out still belongs to its session', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    const waiting = desk.send('*100#').catch(() => undefined)
    await settle()
    t.mock.timers.tick(60_000)
    await waiting
    t.mock.timers.tick(120_000)
    modem.hear('late menu', 'reply_needed')
    assert.equal(outlet.ussd[1]?.sessionId, outlet.ussd[0]?.sessionId)
    assert.deepEqual([outlet.ussd[1]?.request, outlet.ussd[1]?.status], ['*100#', 'reply_needed'])
    modem.onSaid = () => modem.hear('fine')
    assert.equal((await desk.reply('1')).text, 'fine')
  })

  test('that nobody asked for is the network’s own, and may be answered', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    modem.hear('Welcome')
    modem.hear(null, 'terminated')
    modem.hear('Accept? 1/2', 'reply_needed')
    assert.deepEqual(
      outlet.ussd.map(({ request, text, status }) => [request, text, status]),
      [
        [null, 'Welcome', 'network_initiated'],
        [null, 'Accept? 1/2', 'network_initiated'],
      ],
    )
    modem.onSaid = () => modem.hear('Thanks')
    const answer = await desk.reply('1')
    assert.equal(answer.sessionId, outlet.ussd[1]?.sessionId)
  })

  test('behind the one that was waited for is told after it', async (t) => {
    const { desk, modem, outlet } = setUp(t)
    await desk.opened(modem)
    modem.onSaid = () => {
      modem.hear('first')
      modem.hear('second')
      modem.hear(null, 'terminated')
    }
    const { sessionId } = await desk.send('*100#')
    assert.deepEqual(
      outlet.ussd.map(({ text, status }) => [text, status]),
      [
        ['first', 'done'],
        ['second', 'network_initiated'],
      ],
    )
    assert.notEqual(outlet.ussd[1]?.sessionId, sessionId)
  })

  const ENDS = [
    ['not_supported', 'rejected_by_network'],
    ['timeout', 'timeout'],
  ] as const
  for (const [status, code] of ENDS) {
    test(`of ${status} without a text is published, and answers the command as ${code}`, async (t) => {
      const { desk, modem, outlet } = setUp(t)
      await desk.opened(modem)
      modem.onSaid = () => modem.hear(null, status)
      await assert.rejects(desk.send('*9#'), { code })
      assert.equal(outlet.ussd[0]?.status, status)
    })
  }
})

test('a modem without USSD says so', async (t) => {
  const { desk, modem } = setUp(t)
  await desk.opened(Object.assign(modem, { can: {} }))
  await assert.rejects(desk.send('*100#'), { code: 'not_supported' })
  assert.equal(await desk.tend(), undefined)
})
