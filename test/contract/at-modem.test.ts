import { joinPdus, prepareSubmissions } from '../../src/driver/stored-pdu.ts'
import { K3565Z, MF190, MF831 } from '../../src/simulator/profiles.ts'
import { FRIEND, settle, setUp } from '../driver/stick-bench.ts'
import { describeModem } from './modem.contract.ts'

for (const profile of [MF190, MF831, K3565Z]) {
  describeModem(`${profile.model} on a serial line`, async (t) => {
    const { network, stick, open } = setUp(t, { profile })
    return {
      network,
      driver: { transport: 'serial', prepare: prepareSubmissions, join: joinPdus },
      open: async () => {
        // A port that was closed is free a moment later.
        await settle()
        return open()
      },
      vanish: () => stick.dropOffBus(),
      hang: () => {
        stick.hang()
        t.mock.timers.enable({ apis: ['setTimeout'] })
        const passing = setInterval(() => t.mock.timers.tick(5_000), 50)
        t.after(() => clearInterval(passing))
      },
      pass: () => undefined,
      refuse: () => network.rejectTo(FRIEND, 38, 1),
    }
  })
}
