export type Pixel = readonly [red: number, green: number, blue: number];

/**
 * What those see who lack one kind of cone, in linear RGB. Source: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of
 * Color Vision Deficiency" (2009), severity 1.0.
 */
const MATRICES = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

export const DEFICIENCIES = ['protanopia', 'deuteranopia', 'tritanopia'] as const;

/** A colour (sRGB, 0 to 255) as it is seen with a deficiency. */
export function seenWith(pixel: Pixel, kind: (typeof DEFICIENCIES)[number]): Pixel {
  const linear = pixel.map(toLinear);
  const seen = MATRICES[kind].map((row) => row.reduce((sum, weight, i) => sum + weight * (linear[i] ?? 0), 0));
  return seen.map(fromLinear) as unknown as Pixel;
}

/** Relative luminance (WCAG 2), as the grey (0 to 255) that is as bright. */
export function lightness([red, green, blue]: Pixel): number {
  return fromLinear(0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue));
}

function toLinear(value: number): number {
  const part = value / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function fromLinear(value: number): number {
  const part = Math.min(1, Math.max(0, value));
  return Math.round(255 * (part <= 0.0031308 ? 12.92 * part : 1.055 * part ** (1 / 2.4) - 0.055));
}
