import { AtStick } from '../src/simulator/at-stick.ts'
import { CellularNetwork } from '../src/simulator/cellular-network.ts'
import { MF190 } from '../src/simulator/profiles.ts'
import type { Stage } from '../test/system/house.ts'
import { run, startPty, temporaryFolder, UNLIMITED } from '../test/system/house.ts'

export const NUMBER = '+447700900001'
export const PEER = '+447700900123'

/** What is started for a measurement, and ended behind it. */
export class Scene implements Stage {
  readonly #endings: (() => unknown)[] = []

  after = (ending?: unknown): void => {
    if (typeof ending === 'function') this.#endings.push(ending as () => unknown)
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.reverse()) await ending()
  }
}

/** Does something with a scene of its own. */
export async function within<Result>(work: (scene: Scene) => Promise<Result>): Promise<Result> {
  const scene = new Scene()
  try {
    return await work(scene)
  } finally {
    await scene.end()
  }
}

/** A simulated stick that answers at once, behind a pseudo-terminal. */
export interface StickSite {
  readonly network: CellularNetwork
  readonly stick: AtStick
  readonly tty: string
}

/** @param capacity slots of its store */
export async function stickSite(scene: Scene, capacity = 50): Promise<StickSite> {
  const network = new CellularNetwork()
  const store = { capacity, firstIndex: 0 } as const
  const stick = new AtStick({ network, number: NUMBER, profile: { ...MF190, stores: { ...MF190.stores, SM: store } } })
  scene.after(() => {
    stick.close()
    network.close()
  })
  return { network, stick, tty: await startPty(scene, await stick.listen()) }
}

/** The built program, as users run it. @param env beside that of this process */
export function startBuilt(scene: Scene, options: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder(scene)
  const main = new URL('../dist/main.js', import.meta.url).pathname
  const own = [...UNLIMITED, '--sms.repeat_window=0', `--journal.path=${folder}/journal.db`]
  return run(scene, process.execPath, [main, 'start', ...own, ...options], env)
}

/** Resolves after so many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Looks every few milliseconds until it is so. @returns whether it came to be within the limit */
export async function until(isSo: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  while (!isSo()) {
    if (performance.now() > deadline) return false
    await pause(2)
  }
  return true
}
