import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Versions that are compared with. They are no dependencies: nobody but this needs them. */
const PEERS = { 'node-pdu': '2.1.1', 'serialport-gsm': '4.0.1' } as const

const FOLDER = join(tmpdir(), `zte2mqtt-peers-${Object.values(PEERS).join('-')}`)

/** Installs them once, outside the project. @returns a `require` that finds them, `undefined` where there is no registry */
export function npmPeers(): NodeJS.Require | undefined {
  if (!existsSync(join(FOLDER, 'node_modules', 'serialport-gsm'))) {
    mkdirSync(FOLDER, { recursive: true })
    const names = Object.entries(PEERS).map(([name, version]) => `${name}@${version}`)
    spawnSync('npm', ['install', '--silent', '--no-save', '--prefix', FOLDER, ...names], { stdio: 'inherit' })
  }
  return existsSync(join(FOLDER, 'node_modules', 'serialport-gsm'))
    ? createRequire(join(FOLDER, 'node_modules', 'x.js'))
    : undefined
}

/** The name of a peer with its version. */
export function peerName(name: keyof typeof PEERS): string {
  return `${name} ${PEERS[name]}`
}
