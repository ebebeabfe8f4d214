import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { parse } from 'yaml'
import { AtStick } from '../../src/simulator/at-stick.ts'
import { CellularNetwork } from '../../src/simulator/cellular-network.ts'
import { MF190 } from '../../src/simulator/profiles.ts'
import { ended, Observer, run, startMosquitto, temporaryFolder } from './house.ts'

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname
const TSX = import.meta.resolve('tsx')
const LIMIT_MS = 60_000

const ENTER = '\r'
const DOWN = '\x1b[B'
const CTRL_C = '\x03'
/** Takes away what is proposed. */
const CLEAR = '\x15'

/** A person at a terminal. */
class Terminal {
  readonly #child: ChildProcess
  #raw = ''
  #answeredAt = 0
  #look: () => void = () => {}

  constructor(t: TestContext, folder: string, ...args: readonly string[]) {
    // Made by a pipe, it would have no columns.
    const line = ['stty cols 100 rows 40; exec', process.execPath, '--import', TSX, MAIN, ...args].join(' ')
    this.#child = spawn('script', ['-qfec', line, '/dev/null'], { cwd: folder, stdio: 'pipe' })
    this.#child.stdout?.on('data', (chunk) => {
      this.#raw += chunk
      this.#look()
    })
    t.after(() => this.#child.kill('SIGKILL'))
  }

  get #shown(): string {
    return stripVTControlCharacters(this.#raw.slice(this.#answeredAt))
  }

  /** Waits for a question that came since the last answer, and answers. */
  async answer(question: string, keys: string): Promise<void> {
    await this.reads(question)
    this.#answeredAt = this.#raw.length
    this.#child.stdin?.write(keys)
  }

  reads(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = (): void => reject(new Error(`"${text}" did not come:\n${this.#shown}`))
      const clock = setTimeout(late, LIMIT_MS)
      this.#look = () => {
        if (!this.#shown.includes(text)) return
        clearTimeout(clock)
        resolve()
      }
      this.#look()
    })
  }

  async exitCode(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, 'exit', { signal: AbortSignal.timeout(LIMIT_MS) })
    return this.#child.exitCode
  }
}

async function startStick(t: TestContext): Promise<{ port: number; network: CellularNetwork }> {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: '+491700000001', profile: MF190 })
  t.after(() => stick.close())
  return { port: await stick.listen(), network }
}

test('a person who answers the questions of init has a bridge that runs', async (t) => {
  const folder = temporaryFolder(t)
  const [broker, { port, network }] = [await startMosquitto(t), await startStick(t)]
  const terminal = new Terminal(t, folder, 'init')
  await terminal.answer('Which modem is it?', `${DOWN}${ENTER}`)
  await terminal.answer('Its address?', `${CLEAR}tcp://127.0.0.1:${port}${ENTER}`)
  await terminal.answer('A short name for it?', `${CLEAR}Cellar!${ENTER}`)
  await terminal.answer('Allowed is', `${CLEAR}cellar${ENTER}`)
  await terminal.answer('Is there another modem?', ENTER)
  await terminal.answer('Address of the MQTT broker', `${CLEAR}mqtt://127.0.0.1:${broker}${ENTER}`)
  await terminal.answer('User name at the broker', ENTER)
  await terminal.answer('Send a test message', `+491700000002${ENTER}`)
  await terminal.reads('is written')
  assert.equal(await terminal.exitCode(), 0)

  assert.deepEqual(
    network.taken.map(({ from, submit }) => [from, submit.to.number, submit.content.text]),
    [['+491700000001', '+491700000002', 'zte2mqtt works: this is its test message.']],
  )
  const file = join(folder, 'config/zte2mqtt.yaml')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(parse(readFileSync(file, 'utf8')), {
    mqtt: { url: `mqtt://127.0.0.1:${broker}` },
    modems: [{ id: 'cellar', transport: 'serial', port: `tcp://127.0.0.1:${port}` }],
  })

  const check = run(t, process.execPath, ['--import', TSX, MAIN, 'check', '--config', file])
  assert.equal(await ended(check), 0)
  const observer = await Observer.connect(t, broker, 'observer', ['zte2mqtt/#'])
  const bridge = run(t, process.execPath, [
    ...['--import', TSX, MAIN, 'start', '--config', file, `--journal.path=${join(folder, 'journal.db')}`],
  ])
  await observer.until('availability', () => observer.on('cellar/availability').includes('online'))
  bridge.kill('SIGTERM')
  assert.equal(await ended(bridge), 0)
})

test('a first start at a terminal asks, and breaking off writes nothing', async (t) => {
  const folder = temporaryFolder(t)
  const terminal = new Terminal(t, folder)
  await terminal.answer('Which modem is it?', CTRL_C)
  await terminal.reads('Nothing was written.')
  assert.equal(await terminal.exitCode(), 1)
  assert.throws(() => statSync(join(folder, 'config')))
})
