import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { ModemHappening, ModemStatus, Outlet } from '../../src/bridge/outlet.ts'
import { Supervisor } from '../../src/bridge/supervisor.ts'
import type { DriverOptions } from '../../src/driver/create-driver.ts'
import { createDriver } from '../../src/driver/create-driver.ts'
import { Journal } from '../../src/journal/journal.ts'
import type { InboundSms, OutboundStatus } from '../../src/modem/messages.ts'
import type { Driver } from '../../src/modem/modem.ts'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import type { FakeStick } from '../../src/simulator/usb-bus.ts'
import { UsbBus } from '../../src/simulator/usb-bus.ts'
import { UNGUARDED } from '../bridge/unguarded.ts'
import { temporaryFolder } from './house.ts'
import { NUMBER, OPTIONAL_COMMANDS, StickOnPty } from './stick-on-pty.ts'

// The process looks for USB sticks in the system's own /sys, so what is found over a made-up one is tested inside.

const PEER = '+447700900123'
const LIMIT_MS = 30_000

/** The outside, as a list of what came out. */
class Outside implements Outlet {
  readonly states: ModemStatus[] = []
  readonly received: InboundSms[] = []
  readonly statuses: OutboundStatus[] = []
  readonly events: ModemHappening[] = []
  readonly #looks = new Set<() => void>()

  announce = async (): Promise<void> => {}
  availability = async (): Promise<void> => {}
  state = async (_: string, status: ModemStatus): Promise<void> => this.#note(this.states, status)
  smsReceived = async (_: string, sms: InboundSms): Promise<void> => this.#note(this.received, sms)
  smsStatus = async (_: string, status: OutboundStatus): Promise<void> => this.#note(this.statuses, status)
  publish = async (): Promise<void> => {}
  call = async (): Promise<void> => {}
  ussdReply = async (): Promise<void> => {}
  isReachable = true
  event = async (_: string, event: ModemHappening): Promise<void> => this.#note(this.events, event)

  until(what: string, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => reject(new Error(`${what}: not in time. ${JSON.stringify(this.states.at(-1))}`)),
        LIMIT_MS,
      )
      const look = (): void => {
        if (!holds()) return
        clearTimeout(limit)
        this.#looks.delete(look)
        resolve()
      }
      this.#looks.add(look)
      look()
    })
  }

  #note<Thing>(list: Thing[], thing: Thing): void {
    list.push(thing)
    for (const look of this.#looks) look()
  }
}

function driverFor(options: Partial<DriverOptions>): Driver {
  return createDriver({
    port: 'auto',
    imei: null,
    baud: 115_200,
    pin: null,
    pinMemory: { refused: () => false, remember: () => {} },
    storage: 'SM',
    claimed: () => [],
    isRadioOff: () => false,
    ...options,
  })
}

function supervise(t: TestContext, driver: Driver): { outside: Outside; supervisor: Supervisor } {
  const journal = new Journal(join(temporaryFolder(t), 'journal.db'), Date.now, () => {})
  const outside = new Outside()
  let ids = 0
  const supervisor = new Supervisor({
    id: 'stick',
    name: 'stick',
    driver,
    journal,
    outlet: outside,
    afterReceive: 'delete',
    backlog: 'import',
    ...UNGUARDED,
    multipartTimeoutMs: 60_000,
    onUnknown: 'report',
    retry: { attempts: 3, backoffMs: 1_000 },
    contacts: new Map(),
    deliveryReport: true,
    maxParts: 10,
    repeatWindowMs: 0,
    poll: { signalMs: 1_000, statusMs: 2_000, smsMs: 5_000, republishMs: 600_000 },
    recovery: { isEnabled: true, usbPowerTopic: null },
    networkMode: null,
    allowRawAt: false,
    rejectsCalls: false,
    ussd: { fallback: 'never', timeoutMs: 1000, queries: [] },
    now: Date.now,
    elapsed: () => performance.now(),
    newId: () => `id-${++ids}`,
    onProblem: () => {},
  })
  const ending = new AbortController()
  const running = supervisor.run(ending.signal)
  t.after(async () => {
    ending.abort()
    await running
    journal.close()
  })
  return { outside, supervisor }
}

const mf190 = (busPath: string, line: string): FakeStick => ({
  busPath,
  productId: '0117',
  interfaces: [
    { number: 0 },
    { number: 1, line },
    { number: 2 },
    { number: 3, usbClass: '08/06/50', driver: 'usb-storage' },
  ],
})

const CD_ROM: FakeStick = {
  busPath: '1-2',
  productId: '2000',
  interfaces: [{ number: 0, usbClass: '08/06/50', driver: 'usb-storage' }],
}

test('with "port: auto" the stick is found again at another number, in another socket, and after it was a CD-ROM', async (t) => {
  const root = join(temporaryFolder(t), 'root')
  mkdirSync(root)
  const bus = new UsbBus(root)
  await bus.powerOn()
  const pty = await StickOnPty.plugIn(t)
  let ttys = await bus.plug(mf190('1-2', pty.device))
  const { outside, supervisor } = supervise(t, driverFor({ sysRoot: root }))
  const sent: string[] = []
  const isReady = (): boolean => outside.states.at(-1)?.phase === 'ready'
  const problem = (): string => outside.states.at(-1)?.problem ?? ''
  const exchange = (text: string): void => {
    pty.network.inject({ to: NUMBER, from: PEER, text })
    sent.push(text)
    const request = { to: [PEER], text, id: text, flash: false, priority: 'normal', encoding: 'auto' } as const
    supervisor.service.accept(request, { identity: text, messageExpiresAt: null })
  }

  await outside.until('ready', isReady)
  exchange('before')

  for (const tty of ttys.values()) bus.hold(tty)
  await pty.pull()
  await bus.unplug('1-2')
  await outside.until('absent', () => outside.states.at(-1)?.phase === 'absent')
  exchange('away')
  const old = ttys.get(1)
  ttys = await bus.plug(mf190('1-3', pty.device))
  assert.notEqual(ttys.get(1), old)
  await pty.replug()
  await outside.until('ready elsewhere', isReady)
  assert.deepEqual(
    outside.events.filter(({ type }) => type === 'port_changed').map(({ detail }) => detail),
    [{ from: old, to: ttys.get(1) }],
  )

  await pty.pull()
  await bus.unplug('1-3')
  await bus.plug(CD_ROM)
  await outside.until('it tells of the CD-ROM', () => /usb.modeswitch/.test(problem()))
  exchange('as a CD-ROM')
  await bus.unplug('1-2')
  await bus.plug(mf190('1-2', pty.device))
  await pty.replug()
  await outside.until('ready again', isReady)
  exchange('after')

  await outside.until('all are published', () => outside.received.length === sent.length)
  await outside.until('all are delivered', () =>
    sent.every((id) => outside.statuses.findLast((status) => status.id === id)?.status === 'delivered'),
  )
  assert.deepEqual(outside.received.map(({ text }) => text).sort(), [...sent].sort())
  assert.deepEqual(pty.network.taken.map(({ submit }) => submit.content.text).sort(), [...sent].sort())
})

test('a stick that does not know one of the optional commands receives and sends all the same', async (t) => {
  const sms = {
    to: PEER,
    text: 'out',
    flash: false,
    deliveryReport: false,
    validityMinutes: null,
    encoding: 'auto',
  } as const
  const start = async (command: string): Promise<void> => {
    const network = new CellularNetwork()
    const stick = new AtStick({ network, number: NUMBER })
    t.after(() => stick.close())
    stick.refuse(command)
    network.inject({ to: NUMBER, from: PEER, text: 'in' })
    const driver = driverFor({ port: `tcp://127.0.0.1:${await stick.listen()}` })
    const modem = await driver.open(AbortSignal.timeout(LIMIT_MS))
    t.after(() => modem.close())
    const listed = (await modem.can.sms?.list(true)) ?? []
    assert.deepEqual(
      listed.map(({ content }) => content.kind),
      ['received'],
      command,
    )
    for (const submission of driver.prepare(sms, 1)) await modem.can.sms?.submit(submission, () => {})
    assert.deepEqual(
      network.taken.map(({ submit }) => submit.content.text),
      ['out'],
      command,
    )
  }
  await Promise.all(OPTIONAL_COMMANDS.map(start))
})
