import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ModemError } from '../../src/modem/errors.ts'
import type { Registration } from '../../src/modem/state.ts'
import { FakeModem, report, segment } from './fake-modem.ts'
import { supervise } from './supervisor-bench.ts'

const MINUTE_S = 60
const searching: Registration = { state: 'searching', accessTechnology: null }
const home: Registration = { state: 'home', accessTechnology: null }
const context = { identity: 'x', messageExpiresAt: null }

describe('a modem that is off the network', () => {
  test('is set on line, then its radio is switched off and on, then it is restarted', async (t) => {
    const { modem, outlet, pass, driver, supervisor } = supervise(t)
    await pass(1)
    const first = modem()
    first.state = { registration: searching }
    await pass(3 * MINUTE_S)
    assert.deepEqual(first.told, ['radio on'])
    assert.match(outlet.problem ?? '', /finds no network/)
    await pass(5 * MINUTE_S)
    assert.deepEqual(first.told, ['radio on', 'radio off', 'radio on'])
    assert.equal(driver.opened, 1)
    await pass(5 * MINUTE_S)
    assert.deepEqual(first.told.at(-1), 'reboot')
    assert.equal(driver.opened, 2)
    assert.deepEqual(
      outlet.events.filter((event) => event.startsWith('recovery')),
      ['recovery radio_on', 'recovery radio_cycle', 'recovery reset'],
    )
    assert.ok(outlet.phases.includes('recovering'))
    assert.equal(outlet.phases.at(-1), 'ready')
    assert.equal(supervisor.counters.remedies.get('reset'), 1)
  })

  test('is left alone as soon as it is registered again', async (t) => {
    const { modem, outlet, pass } = supervise(t)
    await pass(1)
    modem().state = { registration: searching }
    modem().onTold = () => {
      modem().state = { registration: home }
    }
    await pass(60 * MINUTE_S)
    assert.deepEqual(modem().told, ['radio on'])
    assert.deepEqual(outlet.events, [
      'connected',
      'registration_changed',
      'recovery radio_on',
      'registration_changed',
      'recovered',
    ])
    assert.equal(outlet.problem, null)
  })

  test('is left alone while somebody has switched its radio off, also by the next process', async (t) => {
    const { modem, outlet, pass, supervisor, journal } = supervise(t)
    await pass(1)
    await supervisor.service.setRadio(false)
    modem().state = { registration: { state: 'not_registered', accessTechnology: null } }
    await pass(120 * MINUTE_S)
    assert.deepEqual(modem().told, ['radio off'])
    assert.match(outlet.problem ?? '', /radio\/set/)
    assert.equal(journal.note('radio_off/stick'), 'off')
    modem().onTold = () => {
      modem().state = { registration: home }
    }
    await supervisor.service.setRadio(true)
    await pass(2 * MINUTE_S)
    assert.equal(journal.note('radio_off/stick'), null)
    assert.equal(outlet.problem, null)
  })

  test('whose radio was switched on and finds no network says so after two minutes', async (t) => {
    const { modem, pass, supervisor } = supervise(t)
    await pass(1)
    modem().state = { registration: searching }
    const answer = assert.rejects(supervisor.service.setRadio(true), { code: 'not_registered' })
    await pass(125)
    await answer
  })

  test('with a SIM that waits for its PIN is not restarted', async (t) => {
    const { modem, pass } = supervise(t)
    await pass(1)
    modem().state = { sim: 'pin_required', registration: searching }
    await pass(60 * MINUTE_S)
    assert.deepEqual(modem().told, [])
  })

  test('is only watched where recovery is switched off', async (t) => {
    const { modem, pass, outlet } = supervise(t, { recovery: { isEnabled: false, usbPowerTopic: 'socket' } })
    await pass(1)
    modem().state = { registration: searching }
    await pass(60 * MINUTE_S)
    assert.deepEqual(modem().told, [])
    assert.match(outlet.problem ?? '', /finds no network/)
  })
})

describe('a modem that hangs', () => {
  const silent = async (): Promise<never> => {
    throw new ModemError('timeout', 'nothing answers')
  }

  test('is restarted, and at last its USB socket is switched off and on', async (t) => {
    const { opens, driver, outlet, pass, journal } = supervise(t, {
      recovery: { isEnabled: true, usbPowerTopic: 'socket/stick' },
    })
    opens(silent)
    await pass(12 * MINUTE_S)
    assert.equal(driver.restarted, 1)
    assert.deepEqual(outlet.published, ['socket/stick OFF', 'socket/stick ON'])
    assert.equal(journal.note('usb_power_off/stick'), null)
    assert.equal(outlet.phases.at(-1), 'recovering')
  })

  test('keeps its power while nobody could hear of it', async (t) => {
    const { opens, outlet, pass } = supervise(t, { recovery: { isEnabled: true, usbPowerTopic: 'socket/stick' } })
    outlet.isReachable = false
    opens(silent)
    await pass(60 * MINUTE_S)
    assert.deepEqual(outlet.published, [])
  })

  test('that opens well and fails at its first task every time is the same trouble', async (t) => {
    const { opens, modems, driver, pass } = supervise(t)
    opens(async () => {
      const modem = new FakeModem()
      modems.push(modem)
      const { sms } = modem.can
      if (sms !== undefined) Object.assign(sms, { list: async () => Promise.reject(new ModemError('timeout', 'CMGL')) })
      return modem
    })
    await pass(3 * MINUTE_S)
    assert.equal(driver.restarted, 1)
  })

  test('that was never there is waited for without remedies', async (t) => {
    const { opens, driver, outlet, pass } = supervise(t, { recovery: { isEnabled: true, usbPowerTopic: 'socket' } })
    opens(async () => {
      throw new ModemError('modem_offline', 'no such port', { presence: 'absent' })
    })
    await pass(60 * MINUTE_S)
    assert.equal(driver.restarted, 0)
    assert.deepEqual(outlet.published, [])
  })

  test('that left the bus and does not come back gets its power switched', async (t) => {
    const { opens, outlet, modem, pass } = supervise(t, { recovery: { isEnabled: true, usbPowerTopic: 'socket' } })
    await pass(1)
    opens(async () => {
      throw new ModemError('modem_offline', 'no such port', { presence: 'absent' })
    })
    modem().emit('lost', new ModemError('closed', 'unplugged'))
    await pass(6 * MINUTE_S)
    assert.deepEqual(outlet.published, ['socket OFF', 'socket ON'])
  })
})

test('power that an earlier process took away is given back at the start', async (t) => {
  const { outlet, pass, journal, supervisor, ending, running } = supervise(t, {
    recovery: { isEnabled: true, usbPowerTopic: 'socket' },
  })
  await pass(1)
  assert.deepEqual(outlet.published, [])
  ending.abort()
  await running
  journal.setNote('usb_power_off/stick', 'OFF')
  const again = new AbortController()
  const second = supervisor.run(again.signal)
  await pass(1)
  assert.deepEqual(outlet.published, ['socket ON'])
  again.abort()
  await second
})

test('what lies in the modem is fetched before anything is sent', async (t) => {
  const { opens, outlet, pass, supervisor, modems } = supervise(t)
  opens(async () => {
    const modem = new FakeModem()
    modem.stored.push(segment('came first'))
    modem.onSubmit = async (_, handOver) => {
      handOver()
      modem.emit('lost', new ModemError('closed', 'it leaves the bus at every message'))
      throw new ModemError('closed', 'gone')
    }
    modems.push(modem)
    return modem
  })
  supervisor.service.accept(
    { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
    { identity: 'x', messageExpiresAt: null },
  )
  await pass(1)
  assert.deepEqual(
    outlet.received.map(({ text }) => text),
    ['came first'],
  )
})

test('a hang is told as such, whichever request was rejected first', async (t) => {
  const { modem, outlet, pass, problems } = supervise(t)
  await pass(1)
  const cause = new ModemError('timeout', 'The modem gave no answer to AT+CSQ within 5 s.')
  modem().emit('lost', new ModemError('closed', 'closed before this request was sent', { cause }))
  await pass(0)
  assert.deepEqual(problems, [cause.message])
  assert.equal(outlet.phases.at(-1), 'recovering')
})

test('the state is told before the modem has ever been opened', async (t) => {
  const { opens, outlet, pass, ending } = supervise(t)
  opens(() => new Promise((_, reject) => ending.signal.addEventListener('abort', () => reject(ending.signal.reason))))
  await pass(0)
  assert.deepEqual(outlet.phases, ['starting'])
})

describe('a SIM', () => {
  test('that was taken out and put back makes the modem be opened again', async (t) => {
    const { modem, driver, outlet, pass } = supervise(t)
    await pass(1)
    modem().state = { sim: 'absent' }
    await pass(2 * MINUTE_S)
    assert.equal(driver.opened, 1)
    assert.match(outlet.problem ?? '', /no SIM/)
    modem().state = { sim: 'ready' }
    await pass(2 * MINUTE_S)
    assert.equal(driver.opened, 2)
    assert.equal(outlet.problem, null)
  })

  test('that is not ready says why, in the words of the start', async (t) => {
    const { opens, outlet, pass } = supervise(t)
    opens(async () => {
      const modem = new FakeModem()
      modem.state = { sim: 'pin_required' }
      modem.problem = new ModemError('sim_not_ready', 'The SIM refused the configured PIN.')
      return modem
    })
    await pass(1)
    assert.equal(outlet.phases.at(-1), 'unlocking')
    assert.equal(outlet.problem, 'The SIM refused the configured PIN.')
  })
})

describe('a journal that cannot be used', () => {
  test('leaves messages in the modem, refuses commands, says why, and all goes on when it is back', async (t) => {
    const { modem, outlet, pass, journal, supervisor } = supervise(t)
    await pass(1)
    journal.close()
    modem().stored.push(segment('alarm'))
    modem().emit('arrived')
    await pass(3 * MINUTE_S)
    assert.equal(modem().stored.length, 1)
    assert.match(outlet.problem ?? '', /journal cannot be used/)
    assert.equal(outlet.phases.at(-1), 'ready')
    assert.throws(
      () =>
        supervisor.service.accept(
          { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
          context,
        ),
      { code: 'internal' },
    )
  })
})

describe('a network mode that is chosen while a USSD request has borrowed it', () => {
  const borrowed = async (t: Parameters<typeof supervise>[0]) => {
    const bench = supervise(t)
    const set: unknown[] = []
    bench.opens(async () => {
      const modem = new FakeModem()
      const networkMode = { modes: ['auto', 'lte'] as const, set: async (mode: unknown) => void set.push(mode) }
      Object.assign(modem.can, { networkMode })
      return modem
    })
    await bench.pass(1)
    bench.journal.setNote('borrowed_mode/stick', JSON.stringify({ raw: '0,0,0' }))
    return { ...bench, set }
  }

  test('is what the modem is put back to, and is not set before', async (t) => {
    const { supervisor, journal, set } = await borrowed(t)
    await supervisor.service.network.setMode('lte')
    assert.deepEqual(set, [])
    assert.equal(journal.note('borrowed_mode/stick'), '"lte"')
  })

  test('is refused where nobody knows yet whether the modem has it', async (t) => {
    const { supervisor, journal } = await borrowed(t)
    await assert.rejects(supervisor.service.network.setMode('gsm'), { code: 'not_allowed' })
    await assert.rejects(supervisor.service.network.setMode({ raw: '9,9,9' }), { code: 'not_allowed' })
    assert.equal(journal.note('borrowed_mode/stick'), '{"raw":"0,0,0"}')
  })
})

describe('a router whose own web page somebody uses', () => {
  test('is left alone for five minutes, says so, and is opened again', async (t) => {
    const { modem, outlet, pass, driver } = supervise(t)
    await pass(1)
    modem().emit('lost', new ModemError('session_taken', 'Somebody uses the web page.'))
    await pass(1)
    assert.equal(outlet.phases.at(-1), 'paused')
    assert.match(outlet.problem ?? '', /own web page/)
    assert.equal(outlet.events.at(-1), 'session_taken')
    await pass(4 * MINUTE_S + 50)
    assert.equal(driver.opened, 1)
    await pass(15)
    assert.equal(driver.opened, 2)
    assert.equal(outlet.phases.at(-1), 'ready')
    assert.equal(outlet.events.at(-1), 'connected')
    assert.equal(
      outlet.events.some((event) => event.startsWith('recovery')),
      false,
    )
  })

  test('keeps a message that had not left our hands for afterwards', async (t) => {
    const { modem, pass, supervisor, outlet } = supervise(t)
    await pass(1)
    modem().onSubmit = async () => {
      throw new ModemError('session_taken', 'Somebody uses the web page.')
    }
    supervisor.service.accept(
      { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
      context,
    )
    await pass(1)
    assert.equal(outlet.phases.at(-1), 'paused')
    assert.equal(outlet.statuses.at(-1)?.status, 'queued')
    await pass(5 * MINUTE_S + 5)
    assert.equal(outlet.statuses.at(-1)?.status, 'sent')
  })
})

test('a modem that needs a person says so once, as an event with the reason', async (t) => {
  const { opens, outlet, modem, pass } = supervise(t)
  const reasons: unknown[] = []
  const event = outlet.event.bind(outlet)
  outlet.event = async (id, happening) => {
    if (happening.type === 'failed') reasons.push(happening.detail?.['reason'])
    return event(id, happening)
  }
  await pass(1)
  opens(async () => {
    throw new ModemError('not_allowed', 'The router refused the configured password.')
  })
  modem().emit('lost', new ModemError('closed', 'it restarted'))
  await pass(5 * MINUTE_S)
  assert.deepEqual(reasons, ['The router refused the configured password.'])
  assert.deepEqual(outlet.events, ['connected', 'disconnected', 'failed'])
  assert.equal(outlet.problem, 'The router refused the configured password.')
})

test('a modem that others depend on is not restarted by the bridge itself', async (t) => {
  const { modem, driver, pass } = supervise(t)
  Object.assign(driver, { restart: undefined })
  await pass(1)
  modem().state = { registration: searching }
  await pass(60 * MINUTE_S)
  assert.deepEqual(modem().told, ['radio on', 'radio off', 'radio on'])
})

describe('the power of the socket', () => {
  const power = { recovery: { isEnabled: true, usbPowerTopic: 'socket' } }

  test('is left alone while another program holds the port', async (t) => {
    const { opens, outlet, modem, pass } = supervise(t, power)
    await pass(1)
    opens(async () => {
      throw new ModemError('modem_offline', 'held by minicom')
    })
    modem().emit('lost', new ModemError('closed', 'unplugged'))
    await pass(60 * MINUTE_S)
    assert.deepEqual(outlet.published, [])
  })

  test('is taken from a modem off the network that a restart did not bring back, and for its whole time', async (t) => {
    const { opens, modem, modems, outlet, pass } = supervise(t, power)
    const lost = new ModemError('closed', 'it restarts')
    opens(async () => {
      const next = new FakeModem()
      next.state = { registration: searching }
      next.onTold = (what) => {
        if (what === 'reboot') next.emit('lost', lost)
      }
      modems.push(next)
      return next
    })
    await pass(20 * MINUTE_S - 1)
    assert.deepEqual(outlet.published, [])
    for (let second = 0; second < 90 && outlet.published.length === 0; second += 1) await pass(1)
    assert.deepEqual(outlet.published, ['socket OFF'])
    modem().emit('lost', lost)
    await pass(8)
    assert.deepEqual(outlet.published, ['socket OFF'])
    await pass(60)
    assert.deepEqual(outlet.published, ['socket OFF', 'socket ON'])
    assert.deepEqual(
      outlet.events.filter((event) => event.startsWith('recovery')),
      ['recovery radio_on', 'recovery radio_cycle', 'recovery reset', 'recovery usb_power'],
    )
  })

  test('is left alone after the modem was made a network card', async (t) => {
    const { opens, modem, outlet, pass, supervisor } = supervise(t, power)
    await pass(1)
    Object.assign(modem().can, { usbMode: { set: async () => {} } })
    await supervisor.service.network.setUsbMode('network')
    opens(async () => {
      throw new ModemError('modem_offline', 'no such port', { presence: 'absent' })
    })
    modem().emit('lost', new ModemError('closed', 'it leaves'))
    await pass(60 * MINUTE_S)
    assert.deepEqual(outlet.published, [])
  })

  test('comes soon where a restart cannot even be asked for', async (t) => {
    const { opens, driver, outlet, pass } = supervise(t, power)
    driver.restart = async () => {
      throw new ModemError('timeout', 'nothing answers')
    }
    opens(async () => {
      throw new ModemError('timeout', 'nothing answers')
    })
    await pass(3 * MINUTE_S)
    assert.deepEqual(outlet.published, ['socket OFF', 'socket ON'])
  })
})

test('a radio that somebody switches off while it is being cycled stays off', async (t) => {
  const { modem, pass, supervisor } = supervise(t)
  await pass(1)
  modem().state = { registration: searching }
  let isAsked = false
  modem().onTold = (what) => {
    if (what !== 'radio off' || isAsked) return
    isAsked = true
    void supervisor.service.setRadio(false)
  }
  await pass(7 * MINUTE_S)
  assert.ok(isAsked)
  assert.deepEqual(modem().told.slice(-2), ['radio off', 'radio off'])
})

test('a modem that takes a reboot and stays is opened again', async (t) => {
  const { driver, outlet, pass, supervisor } = supervise(t)
  await pass(1)
  await supervisor.service.reboot()
  await pass(5)
  assert.equal(driver.opened, 1)
  await pass(10)
  assert.equal(driver.opened, 2)
  assert.equal(outlet.phases.at(-1), 'ready')
  assert.deepEqual(outlet.events, ['connected', 'rebooting', 'disconnected', 'connected', 'recovered'])
})

test('a SIM that has become ready since the modem was started up makes it be opened again', async (t) => {
  const { opens, modems, driver, pass } = supervise(t)
  opens(async () => {
    const next = new FakeModem()
    if (modems.length === 0) Object.assign(next.can, { sms: undefined })
    modems.push(next)
    return next
  })
  await pass(2 * MINUTE_S)
  assert.equal(driver.opened, 2)
})

test('a message waits for a network as it waits for a modem', async (t) => {
  const { modem, outlet, pass, supervisor } = supervise(t)
  await pass(1)
  const { onSubmit } = modem()
  modem().onSubmit = async (_, handOver) => {
    handOver()
    throw new ModemError('not_registered', 'no network service', { cms: 331 })
  }
  supervisor.service.accept({ to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' }, context)
  await pass(10 * MINUTE_S)
  assert.equal(outlet.statuses.at(-1)?.status, 'sending')
  modem().onSubmit = onSubmit
  await pass(15)
  assert.equal(outlet.statuses.at(-1)?.status, 'sent')
})

test('a message that waits for a network is sent at once when the modem says that it is registered', async (t) => {
  const { modem, outlet, pass, supervisor } = supervise(t, { retry: { attempts: 3, backoffMs: 10 * MINUTE_S * 1000 } })
  await pass(1)
  const { onSubmit } = modem()
  modem().state = { ...modem().state, registration: { state: 'searching', accessTechnology: null } }
  modem().emit('changed', 'registration')
  modem().onSubmit = async () => Promise.reject(new ModemError('not_registered', 'no network service', { cms: 331 }))
  supervisor.service.accept({ to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' }, context)
  await pass(60)
  assert.equal(outlet.statuses.at(-1)?.status, 'queued')
  modem().onSubmit = onSubmit
  modem().state = { ...modem().state, registration: { state: 'home', accessTechnology: 'lte' } }
  modem().emit('changed', 'registration')
  await pass(1)
  assert.equal(outlet.statuses.at(-1)?.status, 'sent')
})

for (const [how, away] of [
  ['is away for an instant between two looks', 'hints'],
  ['is there again when the modem is opened again', 'reopening'],
] as const) {
  test(`a message that waits for a network is sent at once when that ${how}`, async (t) => {
    const { driver, modem, outlet, pass, supervisor } = supervise(t, {
      retry: { attempts: 3, backoffMs: 10 * MINUTE_S * 1000 },
    })
    await pass(1)
    const { onSubmit } = modem()
    modem().onSubmit = async () => Promise.reject(new ModemError('not_registered', 'no network service', { cms: 331 }))
    const wanted = { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' } as const
    supervisor.service.accept(wanted, context)
    await pass(60)
    assert.equal(outlet.statuses.at(-1)?.status, 'queued')
    modem().onSubmit = onSubmit
    if (away === 'hints') {
      modem().emit('changed', 'registration', { registration: { state: 'searching', accessTechnology: null } })
      modem().emit('changed', 'registration', { registration: { state: 'home', accessTechnology: 'lte' } })
    } else modem().emit('lost', new ModemError('closed', 'gone'))
    await pass(5)
    assert.equal(driver.opened, away === 'hints' ? 1 : 2)
    assert.equal(outlet.statuses.at(-1)?.status, 'sent')
  })
}

test('what the modem says of itself is published although it answers nothing more', async (t) => {
  const { modem, outlet, pass } = supervise(t)
  await pass(1)
  let answer = (): void => {}
  modem().readState = () =>
    new Promise((resolve) => {
      answer = () => resolve({})
    })
  modem().emit('changed', 'registration', { registration: { state: 'roaming', accessTechnology: 'lte' } })
  await pass(0)
  assert.equal(outlet.told.registration?.state, 'roaming')
  answer()
})

test('a message is published although the modem does not let go of it', async (t) => {
  const { modem, outlet, pass } = supervise(t)
  await pass(1)
  const { sms } = modem().can
  Object.assign(sms ?? {}, { remove: async () => Promise.reject(new ModemError('rejected_by_modem', 'no')) })
  modem().stored.push(segment('alarm'))
  modem().emit('arrived')
  await pass(1)
  assert.deepEqual(
    outlet.received.map(({ text }) => text),
    ['alarm'],
  )
})

test('segments that cannot be joined are published raw and block nobody', async (t) => {
  const { modem, driver, outlet, pass } = supervise(t)
  await pass(1)
  const join = driver.join.bind(driver)
  driver.join = (raws) => {
    if (raws.includes('of another kind')) throw new ModemError('protocol', 'that is no PDU')
    return join(raws)
  }
  modem().stored.push(segment('of another kind'), segment('alarm', {}, 2))
  modem().emit('arrived')
  await pass(1)
  assert.deepEqual(
    outlet.received.map(({ text, raw }) => [text, raw]),
    [
      [null, 'of another kind'],
      ['alarm', null],
    ],
  )
})

test('a report that comes before the answer to its own part settles it as soon as that is there', async (t) => {
  const { modem, outlet, pass, supervisor } = supervise(t)
  await pass(1)
  modem().onSubmit = async (_, handOver) => {
    handOver()
    modem().emit('arrived', { ...report(7, 'delivered'), store: 'direct', slot: null })
    return [7]
  }
  supervisor.service.accept({ to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' }, context)
  await pass(1)
  assert.equal(outlet.statuses.at(-1)?.status, 'delivered')
})

test('a report that lies in the modem settles a part that was being handed over when all ended', async (t) => {
  const { opens, outlet, pass, supervisor, journal } = supervise(t)
  opens(async () => {
    throw new ModemError('modem_offline', 'not there yet')
  })
  await pass(1)
  const [accepted] = supervisor.service.accept(
    { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
    context,
  )
  const entry = journal.outbound.byId('stick', accepted?.id ?? '')
  journal.outbound.submitting(entry?.seq ?? 0, 1)
  opens(async () => {
    const next = new FakeModem()
    next.stored.push(report(7, 'delivered'))
    return next
  })
  await pass(5)
  assert.deepEqual(
    outlet.statuses.slice(-2).map(({ status }) => status),
    ['unknown', 'delivered'],
  )
})

test('a message that is cancelled while it waits behind other commands is not sent', async (t) => {
  const { modem, outlet, pass, supervisor } = supervise(t)
  await pass(1)
  let handsOver = (): void => {}
  let isSent = false
  modem().onSubmit = async (_, handOver) => {
    await new Promise<void>((resolve) => {
      handsOver = resolve
    })
    handOver()
    isSent = true
    return [1]
  }
  const [accepted] = supervisor.service.accept(
    { to: ['+491711'], text: 'x', flash: false, priority: 'normal', encoding: 'auto' },
    context,
  )
  await pass(1)
  supervisor.service.cancel(accepted?.id ?? '')
  handsOver()
  await pass(30)
  assert.equal(isSent, false)
  assert.equal(outlet.statuses.at(-1)?.status, 'cancelled')
})

test('a message that waits for a network can be cancelled, and one of which a part is out cannot', async (t) => {
  const { modem, outlet, pass, supervisor } = supervise(t)
  await pass(1)
  const send = (text: string): string =>
    supervisor.service.accept(
      { to: ['+491711'], text, flash: false, priority: 'normal', encoding: 'auto' },
      { identity: text, messageExpiresAt: null },
    )[0]?.id ?? ''
  const none = new ModemError('not_registered', 'no network service', { cms: 331 })
  modem().onSubmit = async () => Promise.reject(none)
  const waiting = send('x')
  await pass(15)
  supervisor.service.cancel(waiting)
  await pass(15)
  assert.equal(outlet.statuses.at(-1)?.status, 'cancelled')
  modem().onSubmit = async ({ part }, handOver) => {
    if (part > 1) throw none
    handOver()
    return [1]
  }
  const begun = send('longer than ten')
  await pass(1)
  assert.throws(() => supervisor.service.cancel(begun), { code: 'not_allowed' })
})

test('a radio that refuses to be switched off is not taken for one that is', async (t) => {
  const { modem, outlet, pass, supervisor, journal } = supervise(t)
  await pass(1)
  const set = async () => Promise.reject(new ModemError('rejected_by_modem', 'no'))
  Object.assign(modem().can, { radio: { set } })
  await assert.rejects(supervisor.service.setRadio(false), { code: 'rejected_by_modem' })
  assert.equal(journal.note('radio_off/stick'), null)
  await pass(60)
  assert.equal(outlet.problem, null)
})
