import { DEFAULT_STICK_URL, MODE_SWITCH_PATHS } from '../devices/usb-remedies.ts'
import { ModemError } from '../modem/errors.ts'
import { nameDevice } from '../transport/usb-absence.ts'
import { portsInOrder } from '../transport/usb-candidates.ts'
import type { ProbePort } from '../transport/usb-follow.ts'
import type { UsbModemDevice, UsbScan } from '../transport/usb-tty.ts'

/** What `switch` needs from outside. */
export interface SwitchIo {
  readonly target: 'modem' | 'network' | 'storage'
  /** Which stick: its socket (`1-2.1`) or one of its ports; `null` where there is only one. */
  readonly stick: string | null
  /** Where a stick in network mode has its web page; default `http://192.168.0.1`. */
  readonly url?: string
  /** `--yes`: without it the command only says what it would do. */
  readonly isConfirmed: boolean
  readonly scan: () => Promise<UsbScan>
  readonly probe: ProbePort
  /** Sends one AT command to a port. @returns its answer without the final result code. @throws ModemError */
  readonly send: (tty: string, command: string) => Promise<readonly string[]>
  /** One HTTP GET with a time limit; rejects when no answer comes. */
  readonly get: (
    url: string,
    headers: Readonly<Record<string, string>>,
  ) => Promise<{ readonly status: number; readonly body: string }>
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>
  readonly print: (line: string) => void
}

/**
 * `zte2mqtt switch`: changes what a stick shows itself as. A stick in storage mode is never switched from here (that is
 * the task of usb_modeswitch): its recipe is printed.
 * @returns 0 done or nothing to do, 1 failed, 2 not confirmed or not clear which stick
 */
export async function runSwitch(io: SwitchIo): Promise<number> {
  const { devices, names } = await io.scan()
  const port = io.stick === null ? null : (names.get(io.stick) ?? io.stick)
  const chosen = devices.filter(
    ({ busPath, interfaces }) => port === null || busPath === port || interfaces.some(({ tty }) => tty === port),
  )
  const [device] = chosen
  if (device === undefined || chosen.length > 1) {
    io.print(
      device === undefined ? 'There is no such ZTE device on the USB.' : 'Several ZTE devices are there; say which:',
    )
    for (const other of devices) io.print(`  ${other.busPath}: ${nameDevice(other)}, ${other.mode} mode`)
    return 2
  }
  if (device.mode === io.target) {
    io.print(`${nameDevice(device)} is in ${io.target} mode already.`)
    return 0
  }
  return (ROADS[`${device.mode} to ${io.target}`] ?? noRoad)(io, device)
}

type Road = (io: SwitchIo, device: UsbModemDevice) => Promise<number>

const ROADS: Readonly<Record<string, Road>> = {
  'storage to modem': printRecipe,
  'storage to network': printRecipe,
  'network to modem': leaveNetworkMode,
  'modem to network': returnToNetworkMode,
  'modem to storage': turnZeroCdOn,
}

/** Product id of the download composition, into which MODE_SWITCH leads and which `AT+ZCDRUN=F` leaves. */
const DOWNLOAD_COMPOSITION = '0016'
const RETURN_LIMIT_MS = 60_000
const LOOK_EVERY_MS = 2_000

async function noRoad(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  io.print(`No way from ${device.mode} to ${io.target} mode is known for ${nameDevice(device)}.`)
  return 1
}

async function printRecipe(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  io.print(`${nameDevice(device)} shows its CD-ROM. ${device.remedy}`)
  return 0
}

async function leaveNetworkMode(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  const url = io.url ?? DEFAULT_STICK_URL
  if (
    !isConfirmed(io, `open ${url}${MODE_SWITCH_PATHS[0]}, after which ${nameDevice(device)} has no web page any more`)
  ) {
    return 2
  }
  if (!(await askWebPage(io, url))) {
    io.print(`The web page at ${url} refuses. This firmware cannot be switched from here.`)
    return 1
  }
  for (let waited = 0; waited < RETURN_LIMIT_MS; waited += LOOK_EVERY_MS) {
    await io.pause(LOOK_EVERY_MS)
    const now = (await io.scan()).devices.find(({ busPath }) => busPath === device.busPath)
    if (now?.mode !== 'modem') continue
    io.print(
      `Done: it is ${nameDevice(now)} now. "zte2mqtt ports" shows its ports; "zte2mqtt switch network" leads back.`,
    )
    return 0
  }
  io.print(
    `It did not come back as a modem. Is its web page at ${url}? Plug it in again and look with "zte2mqtt ports".`,
  )
  return 1
}

// A stick that obeys leaves the bus, often before it has answered: no answer means wait and see.
async function askWebPage({ get }: SwitchIo, url: string): Promise<boolean> {
  for (const path of MODE_SWITCH_PATHS) {
    const answer = await get(`${url}${path}`, { Referer: `${url}/index.html` }).catch(() => null)
    if (answer === null) return true
    if (answer.status === 200 && !/fail/i.test(answer.body)) return true
  }
  return false
}

async function returnToNetworkMode(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  if (device.productId !== DOWNLOAD_COMPOSITION) return noRoad(io, device)
  return sendAll(io, device, ['AT+ZCDRUN=9', 'AT+ZCDRUN=F'], 'returns as a CD-ROM first and then as a network card')
}

async function turnZeroCdOn(io: SwitchIo, device: UsbModemDevice): Promise<number> {
  return sendAll(io, device, ['AT+ZCDRUN=9'], 'returns as a CD-ROM')
}

async function sendAll(
  io: SwitchIo,
  device: UsbModemDevice,
  commands: readonly string[],
  effect: string,
): Promise<number> {
  if (!isConfirmed(io, `send ${commands.join(', ')} to ${nameDevice(device)}`)) return 2
  const tty = await findAnswering(device, io.probe)
  if (tty === undefined) {
    io.print(`${nameDevice(device)} answers AT on none of its ports. "zte2mqtt doctor" says more.`)
    return 1
  }
  for (const command of commands) {
    const fault = await faultOf(io.send(tty, command))
    if (fault === null) continue
    io.print(`${command} failed: ${fault} Nothing more was sent.`)
    return 1
  }
  io.print(`Done. Unplug the stick and plug it in again; it ${effect}.`)
  return 0
}

async function findAnswering(device: UsbModemDevice, probe: ProbePort): Promise<string | undefined> {
  for (const { tty } of portsInOrder(device)) if ((await probe(tty)) !== undefined) return tty
  return undefined
}

// "Close autorun state result(0:FAIL 1:SUCCESS):1": the words differ between firmwares, only the last digit counts.
async function faultOf(sent: Promise<readonly string[]>): Promise<string | null> {
  try {
    const results = (await sent).flatMap((line) => /:\s*(\d)\s*$/.exec(line)?.[1] ?? [])
    return results.at(-1) === '1' ? null : 'the stick says no.'
  } catch (error) {
    if (error instanceof ModemError) return error.message
    throw error
  }
}

function isConfirmed(io: SwitchIo, deed: string): boolean {
  if (io.isConfirmed) return true
  io.print(`This would ${deed}.`)
  io.print('Some sticks stay stuck in the new mode, and a few need their power cut to come back. Turn automatic')
  io.print('connection off before. Add --yes to do it.')
  return false
}
