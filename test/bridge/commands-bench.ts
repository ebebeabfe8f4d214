import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Bridge } from '../../src/bridge/bridge.ts'
import type { Answer } from '../../src/bridge/commands.ts'
import { RadioWish } from '../../src/bridge/radio-wish.ts'
import type { SupervisorOptions } from '../../src/bridge/supervisor-options.ts'
import { prepareSubmissions } from '../../src/driver/stored-pdu.ts'
import { ModemError } from '../../src/modem/errors.ts'
import type { StickProfile } from '../../src/simulator/profiles.ts'
import { MF831 } from '../../src/simulator/profiles.ts'
import type { AtStickOptions } from '../../src/simulator/stick-hardware.ts'
import { setUp as setUpStick } from '../driver/stick-bench.ts'
import { settle, supervise } from './supervisor-bench.ts'

/** What may be different about the stick. */
export type Given = Partial<Omit<AtStickOptions, 'profile' | 'network'>> & { readonly profile?: Partial<StickProfile> }

/** A real modem over a simulated stick, its supervisor, and the bridge in front of it; time moves only when told. */
export async function setUp(t: TestContext, given: Given = {}, options: Partial<SupervisorOptions> = {}) {
  const supervised = supervise(t, { allowRawAt: true, ...options })
  Object.assign(supervised.driver, { prepare: prepareSubmissions })
  const stickBench = setUpStick(t, { profile: MF831, ...given })
  supervised.opens(async () => {
    if (!stickBench.stick.isOnBus) throw new ModemError('modem_offline', 'There is no such port.')
    return stickBench.open({ isRadioOff: () => new RadioWish(supervised.journal, 'stick').isOff })
  })
  const { supervisor, journal, pass, outlet } = supervised
  const bridge = new Bridge({
    pricePerPart: null,
    journal,
    supervisors: new Map([['stick', supervisor]]),
    keepMs: 1,
    onProblem: (problem, cause) => assert.fail(`${problem} ${cause}`),
  })
  const until = async (condition: () => boolean, seconds: number): Promise<boolean> => {
    for (let second = 0; second < seconds && !condition(); second += 1) await pass(1)
    return condition()
  }
  const ask = async (name: string, payload: unknown, meanwhile: () => void = () => {}): Promise<Answer> => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
    let answers = 0
    const { answer } = bridge.carryOut('stick', name, Buffer.from(text), { identity: 'x', messageExpiresAt: null })
    void answer.then(() => answers++)
    await settle()
    meanwhile()
    assert.ok(await until(() => answers > 0, 400), 'one answer for every request')
    return answer
  }
  assert.ok(await until(() => ['ready', 'unlocking'].includes(outlet.phases.at(-1) ?? ''), 200), 'it opens')
  return { ...stickBench, ...supervised, ask, until }
}

/** The code of an error, or `ok`. */
export const codeOf = (answer: Answer): string => (answer.status === 'ok' ? 'ok' : answer.error.code)

/** The answer of a modem that can do nothing at all. */
export async function askIncapable(t: TestContext, name: string, payload: unknown): Promise<Answer> {
  const { journal, supervisor, modem, pass } = supervise(t, { allowRawAt: true })
  await pass(1)
  Object.assign(modem(), { can: {} })
  const bridge = new Bridge({
    pricePerPart: null,
    journal,
    supervisors: new Map([['stick', supervisor]]),
    keepMs: 1,
    onProblem: () => {},
  })
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return bridge.carryOut('stick', name, Buffer.from(text), { identity: 'x', messageExpiresAt: null }).answer
}
