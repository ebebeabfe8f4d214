import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WantedMode } from '../../src/bridge/borrowed-mode.ts'
import { BorrowedMode } from '../../src/bridge/borrowed-mode.ts'
import { ModemError } from '../../src/modem/errors.ts'
import { openJournal } from '../journal/open-journal.ts'
import { settle, supervise } from './supervisor-bench.ts'
import { Hardware, UssdModem } from './ussd-bench.ts'

const USERS = { mode: 'auto', raw: 'auto' } as const

test('who borrows twice still owes the user’s mode', async (t) => {
  const { journal } = openJournal(t)
  const modem = new UssdModem()
  const borrowed = new BorrowedMode(journal, 'stick')
  await borrowed.borrow(modem, USERS, 'umts')
  await borrowed.borrow(modem, { mode: 'umts', raw: 'umts' }, 'gsm')
  assert.deepEqual(borrowed.owed, { raw: 'auto' })
  assert.equal(new BorrowedMode(journal, 'other').owed, null, 'each modem has its own')
  await borrowed.giveBack(modem)
  assert.deepEqual(modem.log, ['mode umts', 'mode gsm', 'mode auto'])
  assert.equal(borrowed.owed, null)
})

test('a modem that cannot tell its mode is believed, one without modes keeps its debt', async (t) => {
  const { journal } = openJournal(t)
  const borrowed = new BorrowedMode(journal, 'stick')
  const mute = Object.assign(new UssdModem(), { readState: async () => ({}) })
  await borrowed.borrow(mute, USERS, 'umts')
  await assert.rejects(borrowed.giveBack({ ...mute, can: {}, readState: mute.readState }), { code: 'not_supported' })
  assert.deepEqual(borrowed.owed, { raw: 'auto' })
  await borrowed.giveBack(mute)
  assert.equal(borrowed.owed, null)
  await assert.rejects(borrowed.borrow({ can: {}, readState: mute.readState }, USERS, 'umts'), {
    code: 'not_supported',
  })
  assert.equal(borrowed.owed, null, 'nothing was changed, so nothing is owed')
})

test('a modem that is opened gets its user’s mode back before anything else', async (t) => {
  const bench = supervise(t)
  const hardware = new Hardware()
  hardware.mode = 'umts'
  const modem = new UssdModem(hardware)
  const did: string[] = []
  modem.onStep = (what) => did.push(what)
  const sms = {
    stores: ['SM'],
    list: async () => did.push('look') && [],
    remove: async () => [],
    submit: async () => [],
  }
  const { networkMode } = modem.can
  const slowly = {
    modes: [],
    set: async (mode: WantedMode) => {
      await settle()
      await networkMode?.set(mode)
    },
  }
  Object.assign(modem, { can: { ...modem.can, sms, networkMode: slowly } })
  // As a bridge left it that ended in the middle; the supervisor has not done anything yet.
  bench.journal.setNote('borrowed_mode/stick', JSON.stringify({ raw: 'auto' }))
  bench.opens(async () => modem)
  await bench.pass(1)
  assert.deepEqual(did.slice(0, 3), ['mode auto', 'has auto', 'read networkMode'])
  assert.ok(did.includes('look') && did.some((what) => what.startsWith('read signal')), 'then it is used')
  assert.equal(new BorrowedMode(bench.journal, 'stick').owed, null)
})

test('a modem that refuses its mode is used all the same, and told again', async (t) => {
  const bench = supervise(t)
  const hardware = new Hardware()
  hardware.mode = 'umts'
  const modem = new UssdModem(hardware)
  let refusals = 2
  modem.onStep = (what) => {
    if (what === 'mode auto' && refusals-- > 0) throw new ModemError('rejected_by_modem', 'not now')
  }
  bench.journal.setNote('borrowed_mode/stick', JSON.stringify({ raw: 'auto' }))
  bench.opens(async () => modem)
  await bench.pass(1)
  assert.equal(bench.outlet.phases.at(-1), 'ready')
  assert.deepEqual(bench.problems, ['not now'])
  await bench.pass(60)
  assert.equal(hardware.mode, 'auto')
  assert.deepEqual(
    bench.outlet.events.filter((event) => event === 'connected'),
    ['connected'],
  )
})
