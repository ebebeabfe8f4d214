import { MC888, MF79U, MF823, MF920V } from '../../src/simulator/goform-profiles.ts'
import { FRIEND, setUp } from '../driver/router-bench.ts'
import { describeModem } from './modem.contract.ts'

for (const like of [MF823, MF920V, MF79U, MC888]) {
  describeModem(`${like.model} over HTTP`, async (t) => {
    const { network, router, clock, driver, open } = await setUp(t, { like, latency: { rebootMs: 40_000 } })
    const timePasses = (): void => {
      const passing = setInterval(() => clock.advance(5_000), 50)
      t.after(() => clearInterval(passing))
    }
    return {
      network,
      driver: driver(),
      open: () => open(),
      vanish: () => {
        router.unplug()
        timePasses()
      },
      hang: () => {
        router.hang()
        timePasses()
      },
      pass: (ms) => clock.advance(ms),
      refuse: () => network.rejectTo(FRIEND, 38, 1),
    }
  })
}
