//! What clones share, what a copy does not, and which blocks are used again.

use super::*;

#[test]
fn clones_share_until_one_is_written_to() {
    let mut a = Storage::copied(&[1, 2, 3]);
    let b = a.clone();
    assert!(a.is_same(&b));
    a.make_mut()[0] = 9;
    assert_eq!((&*a, &*b), (&[9, 2, 3][..], &[1, 2, 3][..]));
    let place = a.block;
    drop(b);
    a.make_mut()[1] = 8; // alone: in place
    assert_eq!((a.block, &*a), (place, &[9, 8, 3][..]));
}

#[test]
fn a_clone_too_many_is_refused_and_not_counted() {
    let a = Storage::filled(2, 1.0);
    let most = i32::MAX as u32 + 1;
    a.header().owners.store(most, Ordering::Relaxed);
    for _ in 0..3 {
        let caught = std::panic::catch_unwind(|| drop(a.clone())).unwrap_err();
        assert_eq!(caught.downcast_ref(), Some(&"too many clones of an array"));
        assert_eq!(a.header().owners.load(Ordering::Relaxed), most);
    }
    a.header().owners.store(1, Ordering::Relaxed);
    assert_eq!(*a.clone(), [1.0, 1.0]);
}

#[test]
fn a_copy_has_numbers_of_its_own() {
    for len in [0, 1, 3, 4, 17, 1000] {
        let a = Storage::filled(len, 2.5_f64);
        let mut b = a.copy();
        b.make_mut().fill(1.0);
        assert_eq!((&*a, &*b), (&vec![2.5; len][..], &vec![1.0; len][..]));
        drop(b);
        assert_eq!(a.unspecified_like(7.0).len(), len);
        assert_eq!(*Storage::filled(len, [3_u64; 2]).unspecified_like([4; 2]), vec![[4; 2]; len]);
    }
}

#[test]
fn an_iterator_with_too_few_or_too_many_numbers_is_told() {
    for (count, exact) in [(2, false), (3, true), (4, false)] {
        let (numbers, found) = Storage::collected(3, 0..count);
        assert_eq!((numbers.len(), found), (3.min(count as usize), exact));
    }
}

/// What had been written by then may not be initialised, and no number may be made of it.
#[cfg(feature = "std")] // blocks are used again
#[test]
fn a_panic_while_elements_are_collected_leaves_no_numbers_behind() {
    let elements = || {
        (0..3).map(|i| {
            assert!(i < 1, "no more");
            core::mem::MaybeUninit::<f64>::uninit()
        })
    };
    let old = Storage::filled(3, 7.0);
    let place = old.block;
    drop(old);
    assert!(std::panic::catch_unwind(|| Storage::collected(3, elements())).is_err());
    let new = Storage::unspecified(3, 1.0);
    assert_eq!((new.block, &*new), (place, &[1.0; 3][..]));
}

#[test]
fn threads_share_numbers_and_the_last_one_recycles() {
    for _ in 0..100 {
        let numbers = Storage::filled(100, 1.5_f64);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let mut mine = numbers.clone();
                scope.spawn(move || {
                    assert_eq!(mine.iter().sum::<f64>(), 150.0);
                    mine.make_mut()[0] += 1.0;
                    assert_eq!(mine.iter().sum::<f64>(), 151.0);
                });
            }
            drop(numbers);
        });
    }
}

#[test]
fn empty_arrays_and_elements_without_size() {
    assert!(Storage::<f64>::filled(0, 0.0).is_empty());
    assert_eq!(Storage::filled(5, ()).len(), 5);
}

#[cfg(feature = "std")] // blocks are used again
#[test]
fn an_unused_block_is_used_again_and_its_numbers_are_not() {
    let old = Storage::filled(33, 7.0_f64);
    let place = old.block;
    drop(old);
    let new = Storage::filled(33, 1.0_f64);
    assert_eq!(new.block, place);
    assert_eq!(*new, [1.0; 33]);
    assert_eq!(new.first() as usize % 32, 0);
}

#[cfg(feature = "std")] // blocks are used again
#[test]
fn unspecified_numbers_are_plain_numbers_that_somebody_wrote() {
    drop(Storage::filled(50, 7.0_f64));
    assert_eq!(*Storage::unspecified(50, 1.0_f64), [7.0; 50]);
    assert_eq!(*Storage::unspecified(50, 1_u64), [1; 50]); // no plain numbers, and none are left behind
    assert_eq!(*Storage::unspecified(50, 2.0_f64), [2.0; 50]);
    drop(Storage::filled(49, 3.0_f64)); // the same class
    let numbers = Storage::unspecified(50, 4.0_f64);
    assert!(numbers[..49] == [3.0; 49] && numbers[49] == 2.0, "{numbers:?}");
}
