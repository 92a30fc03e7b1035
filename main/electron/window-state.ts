import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Rectangle } from 'electron';
import { z } from 'zod';

/** Where the window was, in device-independent pixels. Without x and y it is centred. */
export interface WindowState {
  width: number;
  height: number;
  x?: number;
  y?: number;
  isMaximized: boolean;
}

const defaultState: WindowState = { width: 1280, height: 840, isMaximized: false };
const minVisiblePx = 100;
const sizePx = z.number().int().min(400).max(20_000);
const positionPx = z.number().int().min(-50_000).max(50_000);
const storedState = z.object({
  width: sizePx,
  height: sizePx,
  x: positionPx,
  y: positionPx,
  isMaximized: z.boolean(),
});

/** The remembered state, or the default one when there is none, it is damaged or off screen. */
export function loadWindowState(file: string, workAreas: Rectangle[]): WindowState {
  const stored = storedState.safeParse(readJson(file));
  if (!stored.success) return defaultState;
  const { x, y, ...rest } = stored.data;
  return workAreas.some((area) => showsTitleBar(stored.data, area)) ? { x, y, ...rest } : rest;
}

/** Remembers the bounds; a file that cannot be written only costs the memory of them. */
export function saveWindowState(file: string, bounds: Rectangle, isMaximized: boolean): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ ...bounds, isMaximized }));
  } catch (error) {
    console.error(`The window's place was not saved in ${file}:`, error);
  }
}

function showsTitleBar(bounds: Rectangle, area: Rectangle): boolean {
  const left = Math.max(bounds.x, area.x);
  const right = Math.min(bounds.x + bounds.width, area.x + area.width);
  const isBelowTop = bounds.y >= area.y - 1;
  const isAboveBottom = bounds.y <= area.y + area.height - minVisiblePx;
  return right - left >= minVisiblePx && isBelowTop && isAboveBottom;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // First start, or a damaged file: both mean the default place.
    return undefined;
  }
}
