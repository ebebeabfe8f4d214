import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startMosquitto, temporaryFolder } from '../test/system/house.ts'
import { observe } from './daemons.ts'
import { cpuSeconds, figuresOf, residentMb, show, showFigures } from './figures.ts'
import { NUMBER, PEER, pause, startBuilt, stickSite, until, within } from './scene.ts'
import { startSticks } from './sticks.ts'
import type { Row } from './table.ts'

const STARTS = 5
const IDLE_MS = 60_000
const SAMPLES = 20
const LIMIT_MS = 120_000
const PROBE = new URL('lag-probe.mjs', import.meta.url).href

const plain = (what: string, ours: string): Row => ({ what, ours, others: [] })

/** From the start of the process to its first discovery message, and until the modem is ready. */
export async function start(): Promise<readonly Row[]> {
  const discovery: number[] = []
  const ready: number[] = []
  for (let count = 0; count < STARTS; count += 1) {
    await within(async (scene) => {
      const { tty } = await stickSite(scene)
      const port = await startMosquitto(scene)
      const observer = await observe(scene, port)
      const began = performance.now()
      startBuilt(scene, [`--mqtt.url=mqtt://127.0.0.1:${port}`, `--modems=[{id: stick, port: ${tty}}]`])
      const seen = (ending: string): boolean => observer.on(ending).length > 0
      await until(() => seen('/config'), LIMIT_MS)
      discovery.push(performance.now() - began)
      await until(() => seen('stick/sms/received') || observer.on('stick/state').some(isReady), LIMIT_MS)
      ready.push(performance.now() - began)
    })
  }
  return [
    plain('start of the process → first discovery message', showFigures(figuresOf(discovery), 'ms')),
    plain('start of the process → modem ready', showFigures(figuresOf(ready), 'ms')),
  ]
}

/** Messages that lie in the stick when it is first looked into, until the last one is published. */
export async function drain(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const count of [100, 1000]) {
    const [took, cpu] = await within(async (scene) => {
      const { network, tty } = await stickSite(scene, count)
      for (let index = 0; index < count; index += 1) {
        const sentAt = new Date(Date.UTC(2026, 0, 1) + index * 1000)
        network.inject({ from: PEER, to: NUMBER, text: `stored ${index}`, sentAt })
      }
      const port = await startMosquitto(scene)
      const observer = await observe(scene, port)
      const options = [
        `--mqtt.url=mqtt://127.0.0.1:${port}`,
        `--modems=[{id: stick, port: ${tty}}]`,
        '--sms.backlog=publish',
      ]
      const { pid = 0 } = startBuilt(scene, options)
      const received = (): number => observer.on('sms/received').length
      await until(() => received() > 0, LIMIT_MS)
      const [began, before] = [performance.now(), cpuSeconds(pid)]
      await until(() => received() >= count, LIMIT_MS)
      return [performance.now() - began, (cpuSeconds(pid) - before) * 1000] as const
    })
    rows.push(
      plain(
        `${count} stored messages, first to last at a subscriber`,
        `${show(took)} ms, of them ${show(cpu)} ms of processor`,
      ),
    )
  }
  return rows
}

/** Processor, memory, lag of the event loop and latency with 1, 10 and 100 modems in one process, polled as by default. */
export async function many(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const count of [1, 10, 100]) rows.push(await within((scene) => withModems(scene, count)))
  return rows
}

async function withModems(
  scene: Parameters<typeof startMosquitto>[0] & Parameters<typeof observe>[0],
  count: number,
): Promise<Row> {
  const sticks = await startSticks(scene, count)
  const port = await startMosquitto(scene)
  const observer = await observe(scene, port)
  const modems = sticks.ports.map((tcp, index) => ({ id: `m${index}`, port: `tcp://127.0.0.1:${tcp}` }))
  const lagFile = join(temporaryFolder(scene), 'lag')
  const { pid = 0 } = startBuilt(scene, [`--mqtt.url=mqtt://127.0.0.1:${port}`, `--modems=${JSON.stringify(modems)}`], {
    NODE_OPTIONS: `--import=${PROBE}`,
    LAG_FILE: lagFile,
  })
  const isUp = (id: string): boolean => observer.on(`/${id}/state`).some(isReady)
  await until(() => modems.every(({ id }) => isUp(id)), LIMIT_MS)
  await pause(5_000)
  const before = cpuSeconds(pid)
  await pause(IDLE_MS)
  const cpu = cpuSeconds(pid) - before
  const memory = residentMb(pid)
  const waits: number[] = []
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await pause(200)
    const [began, text] = [performance.now(), `sample ${sample}`]
    sticks.inject(sample % count, text)
    await until(() => observer.on('sms/received').some((sms) => (sms as { text: string }).text === text), LIMIT_MS)
    waits.push(performance.now() - began)
  }
  const { p99 } = JSON.parse(readFileSync(lagFile, 'utf8')) as { p99: number }
  const figures = [
    `${show(cpu)} s of processor a minute`,
    `${show(memory)} MB`,
    `lag of the event loop p99 ${show(p99)} ms`,
    `message → subscriber ${showFigures(figuresOf(waits), 'ms')}`,
  ]
  return plain(`${count} modem${count === 1 ? '' : 's'} at rest for a minute`, figures.join(', '))
}

function isReady(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'phase' in state && state.phase === 'ready'
}
