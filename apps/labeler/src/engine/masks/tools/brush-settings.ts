import { clamp } from '../../model/geometry.js';

/** Image pixels. */
const LARGEST = 1_000;
const STEP = 1.25;

/** The brush in the hand: kept from image to image. */
export class BrushSettings {
  private size = 20;
  /** A pen that is pressed harder paints wider. A mouse always presses by half. */
  usesPressure = true;

  /** Whole image pixels. */
  get diameter(): number {
    return this.size;
  }
  set diameter(pixels: number) {
    this.size = clamp(Math.round(pixels), 1, LARGEST);
  }
  larger(): void {
    this.diameter = Math.max(this.size + 1, this.size * STEP);
  }
  smaller(): void {
    this.diameter = Math.min(this.size - 1, this.size / STEP);
  }
  /** Half as wide at no pressure (0), half as much again at full (1). */
  diameterAt(pressure: number): number {
    return this.usesPressure ? Math.max(1, Math.round(this.size * (0.5 + pressure))) : this.size;
  }
}
