//! What is read is what was written, wherever stretches and chunks end.

use super::{Cursor, Entry, LARGEST_CHUNK, Long, STRETCH, Stream, Visit};

/// A record, with partials that are its number and nodes that are small.
#[derive(Clone, Debug, PartialEq)]
enum Record {
    Leaves(usize),
    Sum(u32, u32),
    Difference(u32, u32),
    Unary(f64, u32, bool),
    Binary(f64, u32, f64, u32, bool),
    Nary(Vec<(f64, u32)>),
    Block(u32),
}

impl Visit<f64> for Vec<Record> {
    fn leaves(&mut self, count: usize) {
        self.push(Record::Leaves(count));
    }
    fn sum(&mut self, i: u32, j: u32) {
        self.push(Record::Sum(i, j));
    }
    fn difference(&mut self, i: u32, j: u32) {
        self.push(Record::Difference(i, j));
    }
    fn unary(&mut self, p: f64, i: u32, added: bool) {
        self.push(Record::Unary(p, i, added));
    }
    fn binary(&mut self, p: f64, i: u32, q: f64, j: u32, added: bool) {
        self.push(Record::Binary(p, i, q, j, added));
    }
}

/// A record for each number: mostly short ones, some with their node added to the one before, and some that are longer than
/// a stretch.
fn record(k: u32) -> Record {
    let (p, q) = (f64::from(k), -f64::from(k));
    match k % 97 {
        0 => Record::Nary((0..k % 400).map(|i| (p + f64::from(i), i)).collect()),
        1 => Record::Leaves(k as usize % 5 + 1),
        2..=4 | 30 => Record::Block(k),
        k if k % 5 == 0 => Record::Sum(k, k + 1),
        k if k % 5 == 1 => Record::Difference(k, k + 1),
        k if k % 5 == 2 => Record::Unary(p, k, k % 2 == 0),
        k => Record::Binary(p, k, q, k + 1, k % 2 == 0),
    }
}

fn write(stream: &mut Stream<f64>, cursor: &Cursor<f64>, record: &Record) {
    let mut push = |entry: Entry<'_, f64>| {
        while !cursor.has_room(entry.size()) {
            stream.grow(cursor, entry.size());
        }
        cursor.write(entry);
    };
    match record {
        Record::Leaves(count) => push(Entry::leaves(*count as u32)),
        Record::Sum(i, j) => push(Entry::sum(*i, *j)),
        Record::Difference(i, j) => push(Entry::difference(*i, *j)),
        Record::Unary(p, i, added) => {
            push(Entry::unary(&[*p], *i));
            assert!(!added || cursor.add_to_node_before());
        }
        Record::Binary(p, i, q, j, added) => {
            push(Entry::binary(&[*p, *q], *i, *j));
            assert!(!added || cursor.add_to_node_before());
        }
        Record::Nary(operands) => {
            let (partials, nodes): (Vec<_>, Vec<_>) = operands.iter().copied().unzip();
            push(Entry::nary(&partials, &nodes));
        }
        Record::Block(op) => push(Entry::block(*op)),
    }
}

#[test]
fn records_are_read_as_they_were_written_across_stretches_and_chunks() {
    let written: Vec<Record> = (0..9_000).map(record).collect();
    let longest = written.iter().map(|record| if let Record::Nary(x) = record { 12 * x.len() } else { 0 });
    assert!(longest.max() > Some(2 * STRETCH), "none is longer than a stretch");

    let (mut stream, cursor) = (Stream::new(), Cursor::detached());
    for used_again in [false, true] {
        written.iter().for_each(|record| write(&mut stream, &cursor, record));
        stream.close(&cursor);
        let size: usize = stream.chunks.iter().map(|chunk| chunk.used).sum();
        assert!(size > 2 * LARGEST_CHUNK, "the stream is too short to have stretches");

        let (mut read, mut from) = (Vec::new(), stream.backwards());
        assert_eq!(from.next_block(), None, "before the first chunk");
        while let Some(long) = from.next_long(&mut read) {
            match long {
                Long::Pause => {}
                Long::Nary(operands) => read.push(Record::Nary(operands.iter().collect())),
                Long::Block(op) => read.push(Record::Block(op)),
                Long::Product(_) => panic!("none was written"),
            }
            read.extend(std::iter::from_fn(|| from.next_block()).map(Record::Block));
        }
        read.reverse();
        assert!(read == written, "used again: {used_again}");
        stream.clear();
        assert_eq!(stream.chunks.len(), 1, "a long stream has its memory in one piece afterwards");
    }
}

/// It has no place there: its limit is no end of a stretch.
#[test]
#[should_panic(expected = "a cursor of another stream")]
fn a_detached_cursor_does_not_go_on_with_a_stream() {
    let (mut stream, cursor) = (Stream::<f64>::new(), Cursor::detached());
    write(&mut stream, &cursor, &Record::Sum(0, 0));
    stream.close(&cursor);
    stream.grow(&cursor, Entry::<f64>::UNARY_SIZE);
}
