import type { TestContext } from 'node:test'
import { Supervisor } from '../../src/bridge/supervisor.ts'
import type { SupervisorOptions } from '../../src/bridge/supervisor-options.ts'
import type { Modem } from '../../src/modem/modem.ts'
import { openJournal } from '../journal/open-journal.ts'
import { ArrayOutlet, FakeDriver, FakeModem } from './fake-modem.ts'
import { UNGUARDED } from './unguarded.ts'

const SECOND_MS = 1000

/** Lets promises settle; `setImmediate` is not mocked. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

type Given = Partial<SupervisorOptions>

/** A supervised modem on a clock that moves only when told. */
export function supervise(
  t: TestContext,
  given: Given | ((made: Pick<SupervisorOptions, 'journal'> & { readonly outlet: ArrayOutlet }) => Given) = {},
) {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: Date.parse('2026-11-22T10:00:00Z') })
  const { journal } = openJournal(t, Object.assign(Object.create(null), { ms: 0, now: () => Date.now() }))
  const outlet = new ArrayOutlet()
  const modems: FakeModem[] = []
  let open = async (): Promise<Modem> => {
    const modem = new FakeModem()
    modems.push(modem)
    return modem
  }
  const driver = new FakeDriver(() => open())
  const problems: string[] = []
  let id = 0
  const supervisor = new Supervisor({
    id: 'stick',
    name: 'stick',
    driver,
    journal,
    outlet,
    afterReceive: 'delete',
    backlog: 'publish',
    multipartTimeoutMs: 60_000,
    onUnknown: 'report',
    ...UNGUARDED,
    retry: { attempts: 3, backoffMs: 10_000 },
    contacts: new Map(),
    deliveryReport: true,
    maxParts: 10,
    repeatWindowMs: 0,
    networkMode: null,
    allowRawAt: false,
    poll: { signalMs: 30_000, statusMs: 60_000, smsMs: 60_000, republishMs: 600_000 },
    ussd: { fallback: 'when_idle', timeoutMs: 60_000, queries: [] },
    recovery: { isEnabled: true, usbPowerTopic: null },
    rejectsCalls: false,
    now: () => Date.now(),
    elapsed: () => Date.now(),
    newId: () => `id${id++}`,
    onProblem: (problem) => problems.push(problem),
    ...(typeof given === 'function' ? given({ journal, outlet }) : given),
  })
  const ending = new AbortController()
  const running = supervisor.run(ending.signal)
  t.after(async () => {
    ending.abort()
    await running
  })
  return {
    supervisor,
    journal,
    outlet,
    driver,
    modems,
    problems,
    ending,
    running,
    /** From now on `driver.open` does this. */
    opens: (next: () => Promise<Modem>): void => {
      open = next
    },
    modem: (): FakeModem => {
      const last = modems.at(-1)
      if (last === undefined) throw new Error('no modem was opened')
      return last
    },
    pass: async (seconds: number): Promise<void> => {
      await settle()
      for (let second = 0; second < seconds; second += 1) {
        t.mock.timers.tick(SECOND_MS)
        await settle()
      }
    },
  }
}
