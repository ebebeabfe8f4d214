import { CellularNetwork } from '../src/simulator/cellular-network.ts'
import { MF79U } from '../src/simulator/goform-profiles.ts'
import { GoformRouter } from '../src/simulator/goform-router.ts'
import { startMosquitto } from '../test/system/house.ts'
import { observe } from './daemons.ts'
import { cpuSeconds, figuresOf, show, showFigures } from './figures.ts'
import { NUMBER, PEER, pause, startBuilt, until, within } from './scene.ts'
import type { Row } from './table.ts'

const IDLE_MS = 60_000
const SAMPLES = 12
const LIMIT_MS = 60_000

/** What a router is asked for in a minute at rest, and how soon a message is found in it. */
export function router(): Promise<readonly Row[]> {
  return within(async (scene) => {
    const network = new CellularNetwork()
    const device = new GoformRouter({ network, number: NUMBER, profile: MF79U, password: 'admin' })
    scene.after(() => {
      device.close()
      network.close()
    })
    const url = `http://127.0.0.1:${await device.listen()}`
    const port = await startMosquitto(scene)
    const observer = await observe(scene, port)
    const modem = { id: 'mifi', transport: 'http', url, password: 'admin' }
    const { pid = 0 } = startBuilt(scene, [
      `--mqtt.url=mqtt://127.0.0.1:${port}`,
      `--modems=${JSON.stringify([modem])}`,
    ])
    await until(
      () => observer.on('mifi/state').some((state) => (state as { phase?: string }).phase === 'ready'),
      LIMIT_MS,
    )
    await pause(3_000)
    const [requests, cpu] = [device.requests.length, cpuSeconds(pid)]
    await pause(IDLE_MS)
    const cost = `${device.requests.length - requests} requests, ${show(cpuSeconds(pid) - cpu)} s of processor`
    const waits: number[] = []
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      await pause(370 * (1 + (sample % 5)))
      const [began, text] = [performance.now(), `sample ${sample}`]
      network.inject({ from: PEER, to: NUMBER, text })
      await until(() => observer.on('sms/received').some((sms) => (sms as { text: string }).text === text), LIMIT_MS)
      waits.push(performance.now() - began)
    }
    return [
      { what: 'a router at rest, in a minute', ours: cost, others: [] },
      { what: 'message in a router → subscriber', ours: showFigures(figuresOf(waits), 'ms'), others: [] },
    ]
  })
}
