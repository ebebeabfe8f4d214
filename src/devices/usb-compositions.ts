/** A composition with serial ports: what its interfaces (bInterfaceNumber) are for. */
export interface CompositionRow {
  /** USB product id of vendor 19d2, four lower-case hex digits. */
  readonly id: string
  /** Interface of the modem port, which also accepts AT and is used for PPP. */
  readonly modem?: number
  /** Interface of the status port, which stays usable while PPP runs on the modem port. */
  readonly status?: number
  /** Interface that carries a network card, never a serial port. */
  readonly network?: number
  /** Models seen with this id, blank-separated. */
  readonly models?: string
}

/** A composition without serial ports. */
export interface PortlessRow {
  readonly id: string
  readonly mode: 'network' | 'bootloader'
  readonly models: string
}

/**
 * Modem compositions. Evidence: ModemManager's port type rules for ZTE (primary port = modem, secondary = status),
 * the Linux `option` driver (reserved network interfaces), wader's device plugins (models).
 */
export const COMPOSITIONS = [
  { id: '0001', modem: 0, status: 2, models: 'MF620 MF622' },
  { id: '0002', modem: 2, status: 4, models: 'MF628 MF632' },
  { id: '0003', modem: 0, status: 1 },
  { id: '0004', modem: 0, status: 1 },
  { id: '0005', modem: 0, status: 1 },
  { id: '0006', modem: 0, status: 1 },
  { id: '0007', modem: 0, status: 1 },
  { id: '0008', modem: 0, status: 1 },
  { id: '0009', modem: 0, status: 1 },
  { id: '000a', modem: 0, status: 1 },
  { id: '0012', modem: 2, status: 4 },
  { id: '0015', modem: 1, status: 3 },
  { id: '0016', modem: 2, status: 1, models: 'K4505-Z MF110; factory/download composition of MF667 MF823 MF831 MF70' },
  { id: '0017', modem: 2, status: 1, models: 'MF668 MF825A MF190 (variant)' },
  { id: '0018', modem: 2, status: 1 },
  { id: '0019', modem: 2, status: 1 },
  { id: '0021', modem: 3, status: 1 },
  { id: '0022', models: 'K2525' },
  { id: '0024', modem: 2, status: 4 },
  { id: '0025', modem: 2, status: 4, models: 'K3520-Z' },
  { id: '0030', modem: 1, status: 3 },
  { id: '0031', modem: 3, status: 1, models: 'MF100 MF110 MF112 MF626 MF627 MF636 MF637U' },
  { id: '0033', modem: 4, status: 1, models: 'MF636 (operator build)' },
  { id: '0037', modem: 3, status: 1 },
  { id: '0039', modem: 3, status: 1 },
  { id: '0042', modem: 3, status: 1 },
  { id: '0043', modem: 3, status: 2 },
  { id: '0048', modem: 4, status: 2 },
  { id: '0049', modem: 4, status: 2, models: 'K3565-Z' },
  { id: '0052', modem: 3, status: 1, models: 'K3565-Z' },
  { id: '0054', modem: 1, status: 3 },
  { id: '0055', modem: 2, status: 4, models: 'K3520-Z' },
  { id: '0057', modem: 3, status: 1 },
  { id: '0058', modem: 3, status: 1 },
  { id: '0061', modem: 3, status: 1 },
  { id: '0063', modem: 3, status: 1, network: 4, models: 'K3565-Z' },
  { id: '0064', modem: 2, status: 0, models: 'MF627' },
  { id: '0066', modem: 3, status: 1 },
  { id: '0078', modem: 3, status: 1 },
  { id: '0082', modem: 3, status: 1, models: 'MF190' },
  { id: '0091', modem: 4, status: 1, models: 'MF636' },
  { id: '0104', modem: 3, status: 1, network: 4, models: 'K4505-Z' },
  { id: '0106', modem: 3, status: 1 },
  { id: '0108', modem: 3, status: 1 },
  { id: '0113', modem: 4, status: 1 },
  { id: '0116', models: 'MF651' },
  { id: '0117', modem: 2, status: 1, models: 'MF112 MF180 MF181 MF190 MF195' },
  { id: '0118', modem: 4, status: 1 },
  { id: '0121', modem: 4, status: 1, network: 5, models: 'MF637' },
  { id: '0122', modem: 3, status: 1 },
  { id: '0123', modem: 3, status: 1 },
  { id: '0124', modem: 4, status: 1, network: 5, models: 'MF190 MF110 MF656A MF668A MF669' },
  { id: '0125', modem: 5, status: 1 },
  { id: '0126', modem: 4, status: 1 },
  { id: '0128', modem: 4, status: 1 },
  { id: '0156', modem: 2, status: 1 },
  { id: '0157', network: 5 },
  { id: '0167', network: 4 },
  { id: '1003', models: 'K3805-Z' },
  { id: '1007', modem: 3, status: 1 },
  { id: '1008', modem: 3, status: 1, models: 'K3570-Z' },
  { id: '1010', modem: 3, status: 1, models: 'K3571-Z' },
  { id: '1015', models: 'K3806-Z' },
  { id: '1173', models: 'K4510-Z' },
  { id: '1177', models: 'K3770-Z' },
  { id: '1181', models: 'K3772-Z' },
  { id: '1252', network: 4, models: 'MF680 MF669' },
  { id: '1254', modem: 3, status: 1, network: 4, models: 'MF190' },
  { id: '1268', modem: 3, status: 1, models: 'MF667 MF193A' },
  { id: '1270', network: 5, models: 'MF667' },
  { id: '1402', network: 2 },
  { id: '1426', network: 2 },
  { id: '1428', network: 2 },
  { id: '1515', modem: 0, status: 2, models: 'MF192/MF195 (CDC-ACM)' },
  { id: '2002', modem: 3, status: 1, network: 4, models: 'K3765-Z' },
  { id: '2003', modem: 3, status: 1, models: 'MF180 MF190 (variant)' },
] as const satisfies readonly CompositionRow[]

/** Compositions that have no serial port at all. Evidence: Arch wiki on the MF823, usb-modeswitch-data. */
export const PORTLESS = [
  { id: '1403', mode: 'network', models: 'RNDIS (MF823 MF825 MF831)' },
  { id: '1405', mode: 'network', models: 'CDC-Ethernet (MF667 MF668 MF70 MF730 MF823 MF831)' },
  { id: '1408', mode: 'network', models: 'Ethernet (MF825A)' },
  { id: '0076', mode: 'bootloader', models: 'Qualcomm boot loader: leave alone' },
  { id: '1483', mode: 'network', models: 'RNDIS (U03)' },
] as const satisfies readonly PortlessRow[]
