// Loaded into the bridge: kills it with SIGKILL in place of its first PUBACK to the broker (MQTT section 3.4: first octet 40 hex),
// once per file named in KILL_ONCE.
import { existsSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'

const { write } = Socket.prototype
const flag = process.env.KILL_ONCE
const port = Number(process.env.BROKER_PORT)

Socket.prototype.write = function (chunk, ...rest) {
  if (this.remotePort === port && chunk?.[0] === 0x40 && !existsSync(flag)) {
    writeFileSync(flag, '')
    process.kill(process.pid, 'SIGKILL')
  }
  return write.call(this, chunk, ...rest)
}
