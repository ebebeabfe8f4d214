// Loaded into the bridge: counts its steps towards disk, modem and broker, and kills it with SIGKILL at the one that KILL_AT
// names (`<kind>:<n>:<label>`, n from 1; empty: at none). Steps of one kind are counted by label, because what is asked of the
// modem again and again comes in between at any time. KILL_TRACE is the file that every step is noted in before it is taken, so that
// after the kill it tells how far the bridge had come. Steps towards the broker are whole MQTT packets, not writes: what goes out
// or comes in together is cut between them.
import { openSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'

const MODEM = Number(process.env.KILL_MODEM_PORT)
const BROKER = Number(process.env.KILL_BROKER_PORT)
const wanted = process.env.KILL_AT ?? ''
const trace = openSync(process.env.KILL_TRACE, 'a')
const counts = new Map()

/** Notes a step. @returns whether it is the one to be killed at */
function isLast(kind, what, label = '') {
  const count = (counts.get(kind + label) ?? 0) + 1
  counts.set(kind + label, count)
  writeSync(trace, `${JSON.stringify([kind, what, label])}\n`)
  return wanted === `${kind}:${count}:${label}`
}

function die() {
  process.kill(process.pid, 'SIGKILL')
}

function step(kind, what, label) {
  if (isLast(kind, what, label)) die()
}

// --- disk: every statement that writes, BEGIN and COMMIT among them
const Libsql = createRequire(import.meta.url)('libsql')
const memory = new Libsql(':memory:')
const Statement = memory.prepare('SELECT 1').constructor
memory.close()
const { prepare, exec } = Libsql.prototype
const { run } = Statement.prototype

Libsql.prototype.prepare = function (sql) {
  return Object.assign(prepare.call(this, sql), { sql: sql.replace(/\s+/g, ' ') })
}
/** What a COMMIT commits is told by the statement before it. */
let before = ''
Statement.prototype.run = function (...values) {
  const label = this.sql === 'COMMIT' ? `COMMIT of ${before}` : this.sql
  before = this.sql
  step('journal-before', this.sql, label)
  const result = run.apply(this, values)
  step('journal-after', this.sql, label)
  return result
}
Libsql.prototype.exec = function (sql) {
  step('journal-before', 'migration')
  exec.call(this, sql)
  step('journal-after', 'migration')
}

// --- wires: what the system is really asked to send, and what it really gave
const { _writeGeneric: send, push } = Socket.prototype

/** The form or the items that an HTTP request is about. */
const SUBJECT = /(?:goformId|cmd)=[\w,]*/
/** By connection: each has one request. */
const subjects = new WeakMap()

Socket.prototype._writeGeneric = function (isMany, data, encoding, done) {
  const write = () => send.call(this, isMany, data, encoding, done)
  // Until it is connected this only waits, and comes here once more.
  if (this.connecting || ![MODEM, BROKER].includes(this.remotePort)) return write()
  const bytes = bytesOf(isMany, data, encoding)
  if (this.remotePort === MODEM) {
    const what = bytes.toString('latin1')
    const subject = SUBJECT.exec(what)?.[0] ?? ''
    subjects.set(this, subject)
    step('modem-write-before', what, subject)
    write()
    return step('modem-write-after', what, subject)
  }
  const { packets, rest } = packetsOf(bytes)
  if (rest.length > 0) throw new Error('MQTT.js wrote less than a packet')
  const sendUpTo = (end) => end > 0 && writeSync(this._handle.fd, bytes.subarray(0, end))
  for (const { name, start } of packets) {
    if (!isLast('mqtt-write-before', name)) continue
    sendUpTo(start)
    die()
  }
  for (const { name, end } of packets) {
    if (!isLast('mqtt-write-after', name)) continue
    sendUpTo(end)
    die()
  }
  write()
}

const unfinished = new WeakMap()

Socket.prototype.push = function (chunk, ...more) {
  if (chunk === null || ![MODEM, BROKER].includes(this.remotePort)) return push.call(this, chunk, ...more)
  if (this.remotePort === MODEM) {
    step('modem-read', chunk.toString('latin1'), subjects.get(this))
    return push.call(this, chunk, ...more)
  }
  const before = unfinished.get(this) ?? Buffer.alloc(0)
  const { packets, rest } = packetsOf(Buffer.concat([before, chunk]))
  unfinished.set(this, rest)
  for (const { name, start } of packets) {
    if (!isLast('mqtt-read', name)) continue
    const end = start - before.length
    if (end <= 0) die()
    // Those ahead of it are still heeded: MQTT.js does that before anything else happens.
    setImmediate(die)
    return push.call(this, chunk.subarray(0, end), ...more)
  }
  return push.call(this, chunk, ...more)
}

function bytesOf(isMany, data, encoding) {
  if (!isMany) return Buffer.from(data, encoding)
  return Buffer.concat(data.map(({ chunk, encoding: own }) => Buffer.from(chunk, own)))
}

const TYPES = [
  '',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  '',
  '',
  '',
  'SUBSCRIBE',
  'SUBACK',
  '',
  '',
  '',
  '',
  'DISCONNECT',
]

/** The whole MQTT packets in these bytes (MQTT 5 section 2.1), and what is left over. */
function packetsOf(bytes) {
  const packets = []
  let start = 0
  for (;;) {
    let length = 0
    let at = start + 1
    for (let shift = 0; ; shift += 7, at++) {
      if (at >= bytes.length) return { packets, rest: bytes.subarray(start) }
      length += (bytes[at] & 0x7f) << shift
      if (bytes[at] < 0x80) break
    }
    const body = at + 1
    const end = body + length
    if (end > bytes.length) return { packets, rest: bytes.subarray(start) }
    const type = bytes[start] >> 4
    const topic = type === 3 ? ` ${bytes.subarray(body + 2, body + 2 + bytes.readUInt16BE(body))}` : ''
    packets.push({ name: (TYPES[type] || `type ${type}`) + topic, start, end })
    start = end
  }
}
