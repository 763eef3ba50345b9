/** Machine code made of clock.c by build.ts; not to be edited. */

export const blob = {
  compiler: 'gcc (Debian 12.2.0-14+deb12u1) 12.2.0',
  /** Offsets, in bytes: what takes the place of each function of the vDSO. */
  entries: {
    clock_gettime: 251,
    gettimeofday: 369,
    time: 445,
  },
  /** Offset of the state, which is at the end. */
  state: 512,
  code: Buffer.from(
    [
      'g+cBSGP2TI0F8wEAAEiJ0EiNDD9IAfFIweEFTAHBTItJCEwpyHkGSItRGOsESItRIEgB/0j36kgB90jB5wVJAfhID6',
      'zQIEmLSBBIAcjDSIPsGEGJ+EGJ8bjkAAAASInmSInXDwVMaRQkAMqaO0wDVCQIQQ+2+ESJzkyJ0uh/////SIPEGEwp',
      '0MNTSInTSIP+BnQ7fxhIg/4EdEVIg/4FdCJIhfZ0HUj/znQj60lIg/4HdC1Ig/4LdT1AD7b/MdIx9usrQA+2/0iJ2j',
      'H26wxAD7b/SInavgEAAABb6SD///9AD7b/ugEAAAC+AQAAAOhb////SAHDSInYW8NBVUFUQbzkAAAAVUhj71NIifNR',
      'RIot6wAAAEyJ4EiJ70iJ3g8FSIXAdURIaRMAypo7QQ+2/UgDUwhIie7oTf///4oVvgAAAEQ46nXHuQDKmjtImUj3+U',
      'iF0nkKSP/ISIHCAMqaO0iJUwhIiQMxwFpbXUFcQV3DU0iJ+0iD7BBIhfZ0DrhgAAAAMf8PBUiFwHUrSIXbdCRIieYx',
      '/+hg////SIsEJLnoAwAASIkDSItEJAhImUj3+UiJQwgxwEiDxBBbw1NIifu/BQAAAEiD7BBIieboKf///0iF20iLBC',
      'R0A0iJA0iDxBBbww8fQABmLg8fhAAAAAAAZi4PH4QAAAAAAA8fQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    ].join(''),
    'base64',
  ),
} as const;
