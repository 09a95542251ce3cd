/** The lists that the module carries, those of thermal streams among them. */

import { columnsOf, memoryBuffer } from "./module.js";
import type { PulseTable } from "./module.js";
import { rawThermalLists } from "./raw/plethys.js";
import type { ThermalNotice, ThermalReason, ThermalState } from "./thermal-types.js";
import type { ColumnInfo } from "./types.js";

/** The tables of the package. */
export type TableName = PulseTable | "thermalRegions" | "thermalMeans" | "thermalDifferences" | "thermalEvents";

/** The columns of a table, in order, as the kernel lists them. */
export function columns(table: TableName): readonly ColumnInfo[] {
  return columnsOf(table);
}

/** All reasons of thermal streams, in the order of their codes from 1. */
export function thermalReasons(): readonly ThermalReason[] {
  memoryBuffer();
  return rawThermalLists()[0] as ThermalReason[];
}

/** All that may be noticed in a thermal stream, in the order of its codes from 1. */
export function thermalNotices(): readonly ThermalNotice[] {
  memoryBuffer();
  return rawThermalLists()[1] as ThermalNotice[];
}

/** All states of a thermal stream, in the order of their codes from 1. */
export function thermalStates(): readonly ThermalState[] {
  memoryBuffer();
  return rawThermalLists()[2] as ThermalState[];
}
