import { NO_COUNTS, type Cell, type CountField } from '../core/evidence/cell.js';

/**
 * Cells of one report in a tenth of their memory, and handed from thread to thread for nothing: `bytes` holds a row of
 * whole numbers for each cell, small ones in one byte. Texts are places in the list that `texts` holds as JSON.
 */
export interface PackedCells {
  readonly rows: number;
  readonly texts: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const COUNT_FIELDS: readonly CountField[] = Object.keys(NO_COUNTS).filter(isCountField);

function isCountField(name: string): name is CountField {
  return Object.hasOwn(NO_COUNTS, name);
}

/** Packs cells; `unpackCells` gives equal ones in the same order. Counts are whole and at most 2^53. */
export function packCells(cells: readonly Cell[]): PackedCells {
  const texts = new TextList();
  const rows = new ByteWriter();
  for (const cell of cells) {
    rows.put(texts.placeOf(cell.day));
    rows.put(texts.placeOf(cell.reporter));
    rows.put(texts.placeOf(cell.headerFrom));
    rows.put(texts.placeOf(cell.ip));
    // 0 for none, so that a place counts from 1 here.
    rows.put(cell.authenticatedAs === null ? 0 : texts.placeOf(cell.authenticatedAs) + 1);
    for (const field of COUNT_FIELDS) rows.put(cell[field]);
  }
  return { rows: cells.length, texts: JSON.stringify(texts.list), bytes: rows.written() };
}

/** The cells again. `known` makes one string of equal ones, over all that is unpacked with it. */
export function unpackCells(packed: PackedCells, known: Map<string, string>): readonly Cell[] {
  const texts = readTexts(packed.texts, known);
  const reader = new ByteReader(packed.bytes);
  const text = (place: number): string => texts[place] ?? '';
  return Array.from({ length: packed.rows }, () => {
    const cell = {
      day: text(reader.take()),
      reporter: text(reader.take()),
      headerFrom: text(reader.take()),
      ip: text(reader.take()),
      authenticatedAs: textOrNull(texts, reader.take()),
      ...noCounts(),
    } satisfies Cell;
    for (const field of COUNT_FIELDS) cell[field] = reader.take();
    return cell;
  });
}

function noCounts(): { [K in CountField]: number } {
  return { ...NO_COUNTS };
}

function textOrNull(texts: readonly string[], placeFromOne: number): string | null {
  return placeFromOne === 0 ? null : (texts[placeFromOne - 1] ?? '');
}

function readTexts(json: string, known: Map<string, string>): readonly string[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) return [];
  return list.map((it) => {
    const text = String(it);
    const same = known.get(text);
    if (same === undefined) known.set(text, text);
    return same ?? text;
  });
}

class TextList {
  readonly list: string[] = [];
  private readonly places = new Map<string, number>();

  placeOf(text: string): number {
    const known = this.places.get(text);
    if (known !== undefined) return known;
    this.places.set(text, this.list.length);
    return this.list.push(text) - 1;
  }
}

/** Whole numbers in groups of seven bits, the smallest first; the eighth bit says that more follow. */
class ByteWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  put(value: number): void {
    if (this.length + 8 > this.bytes.length) this.grow();
    let left = value;
    for (; left >= 0x80; left = Math.floor(left / 0x80)) this.bytes[this.length++] = (left % 0x80) | 0x80;
    this.bytes[this.length++] = left;
  }

  written(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  private grow(): void {
    const larger = new Uint8Array(2 * this.bytes.length);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  take(): number {
    let value = 0;
    let unit = 1;
    for (let byte = this.next(); ; byte = this.next()) {
      if (byte < 0x80) return value + byte * unit;
      value += (byte - 0x80) * unit;
      unit *= 0x80;
    }
  }

  private next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError('packed cells end too early');
    this.at += 1;
    return byte;
  }
}
