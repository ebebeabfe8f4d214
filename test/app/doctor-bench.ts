import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { DoctorIo } from '../../src/app/doctor.ts'
import { runDoctor } from '../../src/app/doctor.ts'
import type { DoctorConfig } from '../../src/app/doctor-facts.ts'
import type { FakeStick, UsbBus } from '../../src/simulator/usb-bus.ts'
import { imei, openBus, probing, scanOf } from '../transport/usb-sticks.ts'

export const A = imei('351111111111111')
export const B = imei('352222222222222')
export const AUTO = { id: 'stick', transport: 'serial', port: 'auto', imei: null, hasPin: false } as const
export const ROUTER = { id: 'mifi', transport: 'http' } as const
export const JOURNAL = { option: 'journal.path', path: '/data/zte2mqtt.db' } as const

/** A finding as it is printed for programs. */
export interface Told {
  readonly check: string
  readonly level: string
  readonly what: string
  readonly remedy: string | null
}

type Changes = Partial<Omit<DoctorIo, 'config'>> & { readonly config?: Partial<DoctorConfig> }

/** A doctor that looks at this bus and finds everything else in order. */
export function doctorOf(bus: UsbBus, { config, ...rest }: Changes = {}): { io: DoctorIo; lines: string[] } {
  const lines: string[] = []
  const io: DoctorIo = {
    root: bus.root,
    scan: () => scanOf(bus),
    probe: probing({ ttyUSB1: A, ttyUSB2: A }),
    tryOpen: async () => null,
    tryWrite: async () => null,
    freeBytes: async () => 10 ** 10,
    visitBroker: async () => ({ findings: [], isBridgeOnline: false }),
    tryRouter: async () => [],
    user: { name: 'zte', pid: 1000, groups: [] },
    config: { faults: [], modems: [AUTO], storage: [JOURNAL], ...config },
    print: (line) => lines.push(line.replaceAll(bus.root, '')),
    isTerminal: false,
    ...rest,
  }
  return { io, lines }
}

/** Runs the doctor over a bus with these sticks and gives everything it says. */
export async function findings(
  t: TestContext,
  sticks: readonly FakeStick[],
  rest: Changes = {},
  prepare: (bus: UsbBus) => Promise<void> = async () => {},
): Promise<Told[]> {
  const bus = await openBus(t)
  for (const stick of sticks) await bus.plug(stick)
  await prepare(bus)
  const { io, lines } = doctorOf(bus, rest)
  const exitCode = await runDoctor(io)
  const told: Told[] = lines.map((line) => JSON.parse(line))
  assert.equal(exitCode, told.some(({ level }) => level === 'problem') ? 1 : 0)
  return told
}

/** The same without what is in order. */
export async function complaints(...given: Parameters<typeof findings>): Promise<Told[]> {
  return (await findings(...given)).filter(({ level }) => level !== 'ok')
}

/** There is just this one complaint; a string is compared whole. */
export function assertOnly(
  told: readonly Told[],
  check: string,
  level: string,
  what: RegExp | string,
  remedy: RegExp | string,
): void {
  assert.deepEqual(
    told.map((finding) => [finding.check, finding.level]),
    [[check, level]],
  )
  for (const [actual, expected] of [
    [told[0]?.what ?? '', what],
    [told[0]?.remedy ?? '', remedy],
  ] as const) {
    if (typeof expected === 'string') assert.equal(actual, expected)
    else assert.match(actual, expected)
  }
}

/** Writes a file of the made-up system. */
export async function put(bus: UsbBus, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(bus.root, path)), { recursive: true })
  await writeFile(join(bus.root, path), text)
}

/** The first three ttys of the bus, as a process would have them open. */
export const ttysOf = (bus: UsbBus): string[] => [0, 1, 2].map((number) => join(bus.root, `dev/ttyUSB${number}`))
