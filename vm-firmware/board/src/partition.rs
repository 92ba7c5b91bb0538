//! Partitions of the flash memory, read and written by their names. Owns that nothing beyond a partition's end is touched.

use alloc::vec::Vec;

use emberl_vm::hardware::{Answer, Error, Partition, Result};

use crate::board::Board;

fn find(board: &mut impl Board, name: &str) -> core::result::Result<Partition, Error> {
    board.partitions()?.into_iter().find(|partition| partition.name == name).ok_or("enoent")
}

/// Where so many bytes of a partition, from an offset in it on, begin and end in the flash memory.
fn place(partition: &Partition, offset: u32, length: u32) -> core::result::Result<(u32, u32), Error> {
    let end = offset.checked_add(length).filter(|end| *end <= partition.size).ok_or("einval")?;
    let at = |offset| partition.offset.checked_add(offset).ok_or("einval");
    Ok((at(offset)?, at(end)?))
}

fn size(length: usize) -> core::result::Result<u32, Error> {
    u32::try_from(length).map_err(|_| "einval")
}

pub(crate) fn read(board: &mut impl Board, name: &str, offset: u32, length: usize) -> Result {
    let partition = find(board, name)?;
    let (from, _) = place(&partition, offset, size(length)?)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| "enomem")?;
    bytes.resize(length, 0);
    board.flash_read(from, &mut bytes)?;
    Ok(Answer::Bytes(bytes))
}

pub(crate) fn write(board: &mut impl Board, name: &str, offset: u32, bytes: &[u8]) -> Result {
    let partition = find(board, name)?;
    let (from, _) = place(&partition, offset, size(bytes.len())?)?;
    board.flash_write(from, bytes)?;
    Ok(Answer::Done)
}

pub(crate) fn erase(board: &mut impl Board, name: &str, offset: u32, length: Option<u32>) -> Result {
    let partition = find(board, name)?;
    let length = match length {
        Some(length) => length,
        None => partition.size.checked_sub(offset).ok_or("einval")?,
    };
    let (from, to) = place(&partition, offset, length)?;
    board.flash_erase(from, to)?;
    Ok(Answer::Done)
}
