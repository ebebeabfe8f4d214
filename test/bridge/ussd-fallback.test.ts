import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BorrowedMode } from '../../src/bridge/borrowed-mode.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { openJournal } from '../journal/open-journal.ts'
import { ArrayOutlet } from './fake-modem.ts'
import { createDesk, Hardware, settle, setUp, UssdModem } from './ussd-bench.ts'

const BALANCE = 'Balance 12,50 EUR'

describe('a code that is refused on LTE', () => {
  test('is repeated on 3G, and the mode is put back when the session is over', async (t) => {
    const { desk, modem, outlet } = setUp(t, {}, 'auto')
    modem.onSaid = (text) =>
      modem.hear(text === '*100#' ? '1: Balance' : BALANCE, text === '*100#' ? 'reply_needed' : 'done')
    await desk.opened(modem)
    assert.equal((await desk.send('*100#')).text, '1: Balance')
    await desk.tend()
    assert.equal(modem.hardware.mode, 'umts', 'a menu that is open goes on where it is')
    assert.equal((await desk.reply('1')).text, BALANCE)
    await desk.tend()
    assert.deepEqual(modem.log, ['say *100#', 'mode umts', 'say *100#', 'say 1', 'mode auto'])
    assert.equal(outlet.ussd.length, 2, 'the refusal is nobody’s reply')
  })

  test('as a reply without text, too', async (t) => {
    const { desk, modem } = setUp(t, {}, 'auto')
    modem.refusal = null
    modem.onSaid = () => (modem.hardware.mode === 'auto' ? modem.hear(null, 'not_supported') : modem.hear(BALANCE))
    await desk.opened(modem)
    assert.equal((await desk.send('*100#')).text, BALANCE)
    await desk.tend()
    assert.equal(modem.hardware.mode, 'auto')
  })

  test('goes to 2G where no 3G is found', async (t) => {
    const { desk, modem } = setUp(t, {}, 'auto')
    modem.hardware.networks.delete('umts')
    modem.onSaid = () => modem.hear(BALANCE)
    await desk.opened(modem)
    const waiting = desk.send('*100#')
    for (let look = 0; look < 40; look += 1) {
      await settle()
      t.mock.timers.tick(2000)
    }
    assert.equal((await waiting).text, BALANCE)
    await desk.tend()
    assert.deepEqual(modem.log, ['say *100#', 'mode umts', 'mode gsm', 'say *100#', 'mode auto'])
  })

  test('is not repeated when it was cancelled on the way to 3G, and the mode is put back', async (t) => {
    const { desk, modem } = setUp(t, {}, 'auto')
    await desk.opened(modem)
    modem.hardware.networks.delete('umts')
    const waiting = desk.send('*100#')
    await settle()
    await desk.cancel()
    modem.hardware.networks.set('umts', 'umts')
    t.mock.timers.tick(2000)
    assert.equal((await waiting).status, 'terminated')
    await desk.tend()
    assert.deepEqual(modem.log, ['say *100#', 'mode umts', 'cancel', 'mode auto'])
  })

  const STAYS: [
    name: string,
    change: (modem: UssdModem) => void,
    fallback: 'never' | 'when_idle' | 'always',
    code: string,
  ][] = [
    ['never', () => {}, 'never', 'not_allowed'],
    ['when_idle and data connected', ({ hardware }) => (hardware.isDataConnected = true), 'when_idle', 'not_allowed'],
    [
      'when_idle and nothing known of data',
      ({ hardware }) => (hardware.isDataConnected = null),
      'when_idle',
      'not_allowed',
    ],
    [
      'a modem that is not on LTE',
      ({ hardware }) => hardware.networks.set('auto', 'umts'),
      'always',
      'rejected_by_modem',
    ],
    ['a silence of the network', (modem) => (modem.refusal = null), 'always', 'timeout'],
    [
      'a network time-out, which is no refusal',
      (modem) => {
        modem.refusal = new ModemError('rejected_by_network', 'timeout', { cme: 31 })
      },
      'always',
      'rejected_by_network',
    ],
    ['a modem that hangs', (modem) => (modem.refusal = new ModemError('timeout', 'hangs')), 'always', 'timeout'],
  ]
  for (const [name, change, fallback, code] of STAYS) {
    test(`stays where it is: ${name}`, async (t) => {
      const { desk, modem, journal } = setUp(t, { fallback }, 'auto')
      change(modem)
      if (name.includes('not on LTE'))
        modem.onSaid = () => {
          throw new ModemError('rejected_by_modem', 'no', { cme: 100 })
        }
      await desk.opened(modem)
      const waiting = desk.send('*100#')
      const rejected = assert.rejects(waiting, { code })
      await settle()
      t.mock.timers.tick(60_000)
      await rejected
      assert.deepEqual(modem.log, ['say *100#'])
      assert.equal(new BorrowedMode(journal, 'stick').owed, null)
    })
  }

  test('is repeated although data is connected, with always', async (t) => {
    const { desk, modem } = setUp(t, { fallback: 'always' }, 'auto')
    modem.hardware.isDataConnected = true
    modem.onSaid = () => modem.hear(BALANCE)
    await desk.opened(modem)
    assert.equal((await desk.send('*100#')).text, BALANCE)
  })

  test('a mode that somebody chooses meanwhile is the one that is put back', async (t) => {
    const { desk, modem, journal } = setUp(t, {}, 'auto')
    const elsewhere = new BorrowedMode(journal, 'stick')
    assert.equal(elsewhere.replace('gsm'), false, 'nothing is borrowed yet')
    modem.onSaid = () => modem.hear(BALANCE)
    await desk.opened(modem)
    await desk.send('*100#')
    assert.equal(elsewhere.replace('gsm'), true)
    // Once more while that one is being set.
    modem.onStep = (what) => what === 'mode gsm' && elsewhere.replace('lte_preferred')
    await desk.tend()
    assert.equal(modem.hardware.mode, 'lte_preferred')
    assert.equal(elsewhere.owed, null)
  })

  test('a modem that does not go back is told again', async (t) => {
    const { desk, modem, journal } = setUp(t, {}, 'auto')
    modem.onSaid = () => modem.hear(BALANCE)
    await desk.opened(modem)
    await desk.send('*100#')
    modem.onStep = (what) => {
      if (what === 'has auto') modem.hardware.mode = 'umts'
    }
    await assert.rejects(desk.tend(), { code: 'rejected_by_modem' })
    assert.deepEqual(new BorrowedMode(journal, 'stick').owed, { raw: 'auto' })
    modem.onStep = () => {}
    await desk.tend()
    assert.equal(modem.hardware.mode, 'auto')
  })
})

/** The bridge ends here, as if its process was killed. */
class Killed extends Error {}

/** Runs one fallback until step `at`, where everything stops. @returns whether it came to that step */
async function diesAt(at: number, journal: Journal, hardware: Hardware): Promise<boolean> {
  const modem = new UssdModem(hardware)
  let steps = 0
  const step = (): void => {
    steps += 1
    if (steps >= at) throw new Killed()
  }
  const setNote = journal.setNote.bind(journal)
  journal.setNote = (name, value) => {
    step()
    setNote(name, value)
    step()
  }
  modem.onStep = step
  modem.onSaid = () => modem.hear(BALANCE)
  const desk = createDesk(journal, new ArrayOutlet())
  try {
    await desk.opened(modem)
    await desk.send('*100#')
    await desk.tend()
    return false
  } catch (error) {
    if (error instanceof Killed) return true
    throw error
  }
}

test('killed at any step of a fallback, the bridge finds the user’s mode again or puts it back at its next opening', async (t) => {
  const borrowedAt: number[] = []
  let steps = 0
  for (let at = 1; ; at += 1) {
    const { journal, reopen } = openJournal(t)
    const hardware = new Hardware()
    hardware.mode = 'lte_preferred'
    const hasDied = await diesAt(at, journal, hardware)
    if (hardware.mode === 'umts') borrowedAt.push(at)
    journal.close()
    const next = new UssdModem(hardware)
    const reopened = reopen()
    await createDesk(reopened, new ArrayOutlet()).opened(next)
    assert.equal(hardware.mode, 'lte_preferred', `killed at step ${at}`)
    assert.equal(new BorrowedMode(reopened, 'stick').owed, null, `killed at step ${at}`)
    assert.ok(!next.log.some((what) => what.startsWith('say')), 'nothing is said again')
    if (!hasDied) break
    steps = at
  }
  assert.ok(steps >= 10, `${steps} steps`)
  assert.ok(borrowedAt.length >= 4, `the stick was found in the borrowed mode after ${borrowedAt}`)
})

test('without a mode of the modem to be known nothing is borrowed', async (t) => {
  const { desk, modem } = setUp(t, { fallback: 'always' }, 'auto')
  const read = modem.readState.bind(modem)
  modem.readState = async (groups) => {
    const { registration } = await read(groups)
    return registration === undefined ? {} : { registration }
  }
  await desk.opened(modem)
  await assert.rejects(desk.send('*100#'), { code: 'rejected_by_modem' })
  assert.deepEqual(modem.log, ['say *100#'])
})
