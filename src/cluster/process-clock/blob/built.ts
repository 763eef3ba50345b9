/** Machine code made of clock.c by build.ts; not to be edited. */

export const blob = {
  compiler: 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0',
  /** Offsets, in bytes: what takes the place of each function of the vDSO. */
  entries: {
    clock_gettime: 251,
    gettimeofday: 369,
    time: 438,
  },
  /** Offset of the state, which is at the end. */
  state: 480,
  code: Buffer.from(
    [
      'g+cBSGP2TI0F0wEAAEiJ0EiNDD9IAfFIweEFTAHBTItJCEwpyHkGSItRGOsESItRIEgB/0j36kgB90jB5wVJAfhID6',
      'zQIEmLSBBIAcjDSIPsGEGJ+EGJ8bjkAAAASInmSInXDwVMaRQkAMqaO0wDVCQIQQ+2+ESJzkyJ0uh/////SIPEGEwp',
      '0MNTSInTSIP+BnQ7fxhIg/4EdEVIg/4FdCJIhfZ0HUj/znQj60lIg/4HdC1Ig/4LdT1AD7b/MdIx9usrQA+2/0iJ2j',
      'H26wxAD7b/SInavgEAAABb6SD///9AD7b/ugEAAAC+AQAAAOhb////SAHDSInYW8NBVUFUQbzkAAAAVUhj71NIifNR',
      'RIotywAAAEyJ4EiJ70iJ3g8FSIXAdURIaRMAypo7QQ+2/UgDUwhIie7oTf///4oVngAAAEQ46nXHuQDKmjtImUj3+U',
      'iF0nkKSP/ISIHCAMqaO0iJUwhIiQMxwFpbXUFcQV3DU7hgAAAASIn7SIPsEA8FSIXAdStIhf90JkiJ5jH/6Gf///9I',
      'iwQkuegDAABIiQNIi0QkCEiZSPf5SIlDCDHASIPEEFvDU0iJ+78FAAAASIPsEEiJ5ugw////SIXbSIsEJHQDSIkDSI',
      'PEEFvDDx8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAA==',
    ].join(''),
    'base64',
  ),
} as const;
