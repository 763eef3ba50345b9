/** Machine code made of clock.c by build.ts; not to be edited. */

export const blob = {
  compiler: 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0',
  /** Offsets, in bytes: what takes the place of each function of the vDSO. */
  entries: {
    clock_gettime: 144,
    gettimeofday: 309,
    time: 378,
  },
  /** Offset of the state, which is at the end. */
  state: 448,
  code: Buffer.from(
    [
      'SYnwSGP/SI01swEAAESKDkyJykyJwIPiAUiNDBJIAflIweEFSAHxTItRCEwp0HkGTItRGOsETItRIEgB0kgB+kjB4g',
      'VIAfJIi0oQihZEOMp1u0n36kgPrNAgSAHIw0iD7BiJ+rjkAAAASIn3SInmDwVMaRwkAMqaO0wDXCQIiddMid7oeP//',
      '/0iDxBhMKdjDSIn6uOQAAABIY/8PBUiFwA+FjgAAAFVIifVTUUhpBgDKmjtIA0YISInDg/oGdC1/FIP6BHQ1g/oFdB',
      'qF0nQW/8p0GetZg/oHdCGD+gt1TzH2Mf/rIEiJ3jH/6whIid6/AQAAAOgH////6xK+AQAAAL8BAAAA6FT///9IAdi5',
      'AMqaO0iZSPf5SIXSeQpI/8hIgcIAypo7SIlFAEiJVQhaMcBbXcPDU7hgAAAASIn7SIPsEA8FSIXAdStIhf90JkiJ5j',
      'H/6Dj///9IiwQkuegDAABIiQNIi0QkCEiZSPf5SIlDCDHASIPEEFvDU0iJ+78FAAAASIPsEEiJ5ugB////SIXbSIsE',
      'JHQDSIkDSIPEEFvDDx+AAAAAAGYuDx+EAAAAAABmLg8fhAAAAAAADx9AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    ].join(''),
    'base64',
  ),
} as const;
