import type { RouterProfile } from './routers.ts'
import { GENERIC_ROUTER, ROUTERS } from './routers.ts'
import { describeUsbProduct, ZTE_VENDOR_ID } from './usb.ts'
import type { CompositionRow } from './usb-compositions.ts'
import { COMPOSITIONS, PORTLESS } from './usb-compositions.ts'
import { usbModeswitchCommands } from './usb-remedies.ts'
import type { ZeroCdRow } from './usb-zerocd.ts'
import { ZEROCD } from './usb-zerocd.ts'

const INTRODUCTION = `# Devices

<!-- Written by "npm run docs" from src/devices. Do not edit. -->

What the bridge knows in advance about single devices. A device that is missing here is not shut out: an unknown stick is asked port by port which of them answers AT,
and an unknown router is asked how it wants to be logged in to. \`zte2mqtt ports\` and \`zte2mqtt doctor\` show what is found.

A row says that this was seen on such a device, by whom the evidence names. It does not say that this release was tried on it: that was done with simulated devices,
which behave as the evidence says. Firmware of one model differs by operator and year, so what the device itself shows overrules its row. When yours behaves differently,
or works and is missing, [tell us](../CONTRIBUTING.md#a-new-stick-or-router).
`

const STICKS = `## Sticks with serial ports

Taken from the port rules of ModemManager (which port is which), the driver \`option\` of the Linux kernel (which interface is a network card) and wader (models).
"AT" lists the USB interfaces in the order in which they are asked; "Data" is the one for PPP, which the bridge leaves alone as long as another one answers.
`

const CD_ROMS = `## Sticks that are a CD-ROM at first

Taken from usb-modeswitch-data. "Eject" is \`usb_modeswitch -v 19d2 -p ID -K\`; for "message" \`zte2mqtt doctor\` prints the whole command. Not all of them are GSM modems:
[some are WiMAX or CDMA](troubleshooting.md#it-is-no-gsm-modem).
`

const WITHOUT_PORTS = `## Sticks without serial ports

Taken from reports and usb-modeswitch-data. One in network mode works with \`transport: http\`, or [is sent to modem mode](troubleshooting.md#it-is-a-network-card).
`

const ROUTER_TABLE = `## Routers, MiFis and sticks with a web page

Their profiles, by the name for the option \`profile\`. The first whose pattern fits the model or firmware counts. "To be found" is tried out at the first login and remembered. The newest
routers (G5TC, MC7510, U60 Pro), which speak ubus, are not supported.
`

/** `docs/devices.md`: everything the tables of devices hold, with their evidence. */
export function devicesPage(): string {
  const sections = [
    STICKS + table(['USB id', 'Models', 'AT', 'Data', 'Network card'], COMPOSITIONS.map(stickCells)),
    CD_ROMS + table(['USB id', 'Device', 'Switched by', 'Comes back as'], ZEROCD.map(cdRomCells)),
    WITHOUT_PORTS +
      table(
        ['USB id', 'Mode', 'Models'],
        PORTLESS.map(({ id, mode, models }) => [usbId(id), mode, models]),
      ),
    ROUTER_TABLE +
      table(
        ['Profile', 'Seen', 'Usual address', 'Login', 'Write token'],
        [...ROUTERS, GENERIC_ROUTER].map(routerCells),
      ),
  ]
  return [INTRODUCTION, ...sections].join('\n')
}

function stickCells({ id, models, modem, network }: CompositionRow): readonly string[] {
  const order = describeUsbProduct(id, ['ff/ff/ff']).atInterfaces.join(', ')
  return [usbId(id), models ?? '', order || 'all', String(modem ?? ''), String(network ?? '')]
}

function cdRomCells({ id, name, targets }: ZeroCdRow): readonly string[] {
  const ways = usbModeswitchCommands(describeUsbProduct(id, ['08/06/50'])).map((command) =>
    command.endsWith('-K') ? 'eject' : 'message',
  )
  return [usbId(id), name, ways.join(', else ') || 'eject', targets.map(usbId).join(' ') || 'not known']
}

function routerCells({ name, evidence, url, password, token, userField }: RouterProfile): readonly string[] {
  const login = password === null ? 'to be found' : `${password}${userField === null ? '' : ', with a user name'}`
  return [`\`${name}\``, evidence, `\`${url}\``, login, token ?? 'to be found']
}

const usbId = (id: string): string => `\`${ZTE_VENDOR_ID}:${id}\``

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  return ['\n', line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('')
}
