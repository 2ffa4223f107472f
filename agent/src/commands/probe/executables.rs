//! Executables and media folders, as text.

use std::io::{self, Write};

use caretaker_shared::model::{Executable, Executables, MediaFolder};

use crate::commands::words;
use crate::plain::shown;

pub(super) fn print(found: &Executables, out: &mut dyn Write) -> io::Result<()> {
    found.files.iter().try_for_each(|file| one(file, out))?;
    writeln!(out, "  {} executables that no package owns", words::number(found.files.len() as u64))?;
    found.media.iter().try_for_each(|folder| media(folder, out))
}

fn one(file: &Executable, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "  {}", shown(&file.path))?;
    let (size, changed) = (words::size(file.size_bytes), words::moment(file.modified_at));
    writeln!(out, "    {}, {size}, owned by {}, changed {changed}", file.format.word(), shown(&file.owner))?;
    let signer =
        file.signer.as_deref().map_or("unsigned".into(), |name| format!("signed as {} (not verified)", shown(name)));
    match file.class {
        Some(class) => writeln!(out, "    {}, {signer}", class.told())?,
        None => writeln!(out, "    {signer}")?,
    }
    writeln!(out, "    sha256 {}", file.sha256)
}

fn media(folder: &MediaFolder, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "  {}: {} music and {} video files, {}, of {}",
        shown(&folder.path),
        folder.audio,
        folder.video,
        words::size(folder.bytes),
        shown(&folder.owner)
    )
}
