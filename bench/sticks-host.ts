import { createInterface } from 'node:readline'
import { AtStick } from '../src/simulator/at-stick.ts'
import { CellularNetwork } from '../src/simulator/cellular-network.ts'
import { MF190 } from '../src/simulator/profiles.ts'
import { NUMBER, PEER } from './scene.ts'

// Simulated sticks in a process of their own, so that their work is nobody else's. Prints their TCP ports; a line
// `3 hello` gives stick 3 a message.
const networks: CellularNetwork[] = []
const ports: number[] = []
for (let index = 0; index < Number(process.argv[2]); index += 1) {
  const network = new CellularNetwork()
  const stick = new AtStick({ network, number: NUMBER, profile: MF190 })
  networks.push(network)
  ports.push(await stick.listen())
}
process.stdout.write(`${JSON.stringify(ports)}\n`)
createInterface({ input: process.stdin }).on('line', (line) => {
  const [, index, text = ''] = /^(\d+) (.*)$/.exec(line) ?? []
  networks[Number(index)]?.inject({ from: PEER, to: NUMBER, text })
})
