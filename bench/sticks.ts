import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Stage } from '../test/system/house.ts'

/** Sticks in another process. */
interface Sticks {
  readonly ports: readonly number[]
  inject(index: number, text: string): void
}

/** Starts so many, each in a network of its own. */
export async function startSticks(scene: Stage, count: number): Promise<Sticks> {
  const host = new URL('sticks-host.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', host, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  scene.after(() => child.kill('SIGKILL'))
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    ports: JSON.parse(String(line)) as number[],
    inject: (index, text) => void child.stdin.write(`${index} ${text}\n`),
  }
}
